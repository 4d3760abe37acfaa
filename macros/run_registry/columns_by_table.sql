{#- The columns of every table and view of some schemas, as {"schema.table": [column, ...]}, from the database's
    catalog: dbt's own cache of relations does not see what hooks create. -#}
{% macro columns_by_table(schemas) %}
    {%- set literals = [] -%}
    {%- for schema_name in schemas -%}
        {%- do literals.append(sql_literal(schema_name | lower)) -%}
    {%- endfor -%}
    {%- set rows = run_query(
        "select lower(schema_name || '.' || table_name) as table_name, column_name from duckdb_columns()"
        ~ " where database_name = " ~ sql_literal(target.database)
        ~ " and lower(schema_name) in (" ~ literals | join(", ") ~ ") order by table_name, column_index"
    ).rows -%}
    {%- set found = {} -%}
    {%- for row in rows -%}
        {%- do found.setdefault(row["table_name"], []).append(row["column_name"]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
