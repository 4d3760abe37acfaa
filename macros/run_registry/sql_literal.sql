{#- A Jinja value as a SQL literal. Vars come from the command line: quotes in them must neither end the literal nor
    reach the database as SQL. -#}
{% macro sql_literal(value) %}
    {%- if value is none -%}
        {{ return("null") }}
    {%- elif value is boolean -%}
        {{ return("true" if value else "false") }}
    {%- elif value is number -%}
        {{ return(value | string) }}
    {%- endif -%}
    {{ return("'" ~ (value | string | replace("'", "''")) ~ "'") }}
{% endmacro %}
