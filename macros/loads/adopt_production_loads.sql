{#- In target slim the deliveries are those of production: its load tables are copied into the target's own database,
    where the hooks of this folder look for them. Of load_progress only what the build leaves alone: a relation that it
    selects is made anew, from all loads.

    Typed staging tables are made from the files: without all of them staging would hold less than production, and no
    test would notice. -#}
{% macro adopt_production_loads() %}
    {%- set production = env_var("RA_PRODUCTION_NAME") -%}
    {%- set selected_names = [] -%}
    {%- set typed_names = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources -%}
        {%- do selected_names.append(sql_literal(node.name)) -%}
        {%- if node.fqn[1:3] == ["staging", "typed"] and node.resource_type == "model" -%}
            {%- do typed_names.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set conditions = {
        "load_batches": "status = 'loaded'",
        "load_files": "true",
        "load_progress": "relation_name not in (" ~ (selected_names | join(", ") or "''") ~ ")",
    } -%}
    {%- set existing = run_query(
        "select table_name from duckdb_tables() where database_name = " ~ sql_literal(production)
        ~ " and schema_name = " ~ sql_literal(loads_relation("load_batches").schema)
    ).columns[0].values() -%}
    {%- for table, condition in conditions.items() if table in existing -%}
        {%- set own = loads_relation(table) -%}
        {%- set theirs = own.incorporate(path={"database": production}).include(database=true) -%}
        {%- set whole_loads = "select load_id from " ~ loads_relation("load_batches") -%}
        {%- do run_query(
            "begin transaction; delete from " ~ own ~ "; insert into " ~ own ~ " by name from " ~ theirs ~ " where "
            ~ condition ~ ("" if table == "load_batches" else " and load_id in (" ~ whole_loads ~ ")") ~ "; commit"
        ) -%}
    {%- endfor -%}
    {%- if typed_names -%}
        {%- do require_unchanged_files() -%}
    {%- endif -%}
{% endmacro %}
