{#- The tables of the database that hold results by run, and the column that says whose (batch_id in the analytics
    schema, where run_id names a scoring run that was read): every table of the two schemas with such a column, whether
    or not the project still has a model for it. The registry's own tables describe runs, and current_run and
    current_batch are replaced by each. -#}
{% macro result_tables() %}
    {%- set rows = run_query(
        "select columns.schema_name, columns.table_name, columns.column_name from duckdb_columns() as columns"
        ~ " inner join duckdb_tables() as tables on columns.table_oid = tables.table_oid"
        ~ " and columns.database_oid = tables.database_oid"
        ~ " where columns.database_name = " ~ sql_literal(target.database)
        ~ " and (columns.schema_name, columns.column_name) in"
        ~ " (('" ~ target.schema ~ "_runs', 'run_id'), ('" ~ target.schema ~ "_analytics', 'batch_id'))"
        ~ " and columns.table_name not in"
        ~ " ('run_registry', 'run_metrics', 'batch_runs', 'current_run', 'current_batch')"
        ~ " order by all"
    ).rows -%}
    {%- set tables = [] -%}
    {%- for row in rows -%}
        {%- do tables.append({
            "relation": api.Relation.create(
                database=target.database, schema=row["schema_name"], identifier=row["table_name"], type="table"
            ),
            "key": row["column_name"],
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}
