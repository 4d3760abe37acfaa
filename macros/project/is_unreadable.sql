{#- Whether a column of a typed staging model held a text that could not be read, as opposed to nothing. -#}
{% macro is_unreadable(column) -%}
    coalesce(list_contains(unreadable_columns, '{{ column }}'), false)
{%- endmacro %}
