{#- Drops tables that an interrupted incremental model left in the runs schema. dbt gives each a name of its own, so
    nobody would ever overwrite them. -#}
{% macro drop_leftover_tables() %}
    {%- set names = run_query(
        "select table_name from duckdb_tables() where database_name = " ~ sql_literal(target.database)
        ~ " and schema_name = '" ~ target.schema ~ "_runs' and contains(table_name, '__dbt_tmp')"
    ).columns[0].values() -%}
    {%- for name in names -%}
        {%- do run_query("drop table if exists " ~ runs_relation(name)) -%}
    {%- endfor -%}
{% endmacro %}
