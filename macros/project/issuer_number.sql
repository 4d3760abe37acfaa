{#- A number of the issuer in the given type; null when it is none. -#}
{% macro issuer_number(column, type) -%}
    try_cast({{ issuer_text(column) }} as {{ type }})
{%- endmacro %}
