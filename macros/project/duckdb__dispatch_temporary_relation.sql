{#- Overrides dbt-duckdb. A Python model cannot write to DuckDB's temporary tables, so its "temporary" table is an
    ordinary one; the adapter, believing it temporary, never drops it, and each run of an incremental Python model would
    leave one behind. Saying `temporary: false` makes the incremental materialization drop it. -#}
{% macro duckdb__dispatch_temporary_relation(target_relation, batch_id='') %}
    {%- set relation = make_temp_relation(target_relation) -%}
    {%- if model.language == "python" -%}
        {%- set relation = relation.incorporate(path={
            "database": target_relation.database, "schema": target_relation.schema
        }) -%}
        {{ return({"relation": relation, "temporary": false}) }}
    {%- endif -%}
    {{ return({"relation": relation, "temporary": true}) }}
{% endmacro %}
