{#- Statements that drop the typed staging tables of a database made before deliveries were told apart: their rows do not
    say which load they are of. The files are read again. -#}
{% macro staging_without_loads() %}
    {%- set statements = [] -%}
    {%- for table in columns_by_table([target.schema ~ "_staging"]) if table.endswith("_typed") -%}
        {%- do statements.append("drop table if exists " ~ table) -%}
    {%- endfor -%}
    {{ return(statements) }}
{% endmacro %}
