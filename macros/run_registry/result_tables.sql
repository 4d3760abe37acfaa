{#- The tables of the database that hold results by run: every table of the runs and analytics schemas with a run_id,
    whether or not the project still has a model for it. run_registry and run_metrics describe runs, and current_run is
    replaced by each. -#}
{% macro result_tables() %}
    {%- set rows = run_query(
        "select columns.schema_name, columns.table_name from duckdb_columns() as columns"
        ~ " inner join duckdb_tables() as tables on columns.table_oid = tables.table_oid"
        ~ " and columns.database_oid = tables.database_oid"
        ~ " where columns.column_name = 'run_id' and columns.database_name = " ~ sql_literal(target.database)
        ~ " and columns.schema_name in ('" ~ target.schema ~ "_runs', '" ~ target.schema ~ "_analytics')"
        ~ " and columns.table_name not in ('run_registry', 'run_metrics', 'current_run')"
        ~ " order by all"
    ).rows -%}
    {%- set relations = [] -%}
    {%- for row in rows -%}
        {%- do relations.append(api.Relation.create(
            database=target.database, schema=row["schema_name"], identifier=row["table_name"], type="table"
        )) -%}
    {%- endfor -%}
    {{ return(relations) }}
{% endmacro %}
