{#- A text of the issuer without surrounding blanks; null when nothing is left. -#}
{% macro issuer_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
