{#- One hash over all that scoring reads from the issuer's files: the staged tables, or the relations given by
    claims_view, enrollments_view and members_view. Two runs with the same fingerprint scored the same data. Columns
    that say where a row came from (load_id, load_timestamp, source_file, source_row_number) do not count: a renamed file
    holds the same data.
    Comparable among runs of one DuckDB version.
    Taken after the run, because a run may stage the files itself. -#}
{% macro input_fingerprint() %}
    {%- set scoring_ids = [] -%}
    {%- set scoring_models = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and "scoring" in node.tags -%}
        {%- do scoring_models.append(node) -%}
        {%- do scoring_ids.append(node.unique_id) -%}
    {%- endfor -%}

    {%- set tables = [] -%}
    {%- for node in nodes_read_by(scoring_models, except_ids=scoring_ids) if node.resource_type == "model" -%}
        {%- do tables.append(node.schema ~ "." ~ node.alias) -%}
    {%- endfor -%}
    {%- for name in ["claims_view", "enrollments_view", "members_view"] if run_var(name) is not none -%}
        {%- do tables.append(run_var(name)) -%}
    {%- endfor -%}

    {%- set schemas = [] -%}
    {%- for table in tables -%}
        {%- do schemas.append(table.split(".")[0]) -%}
    {%- endfor -%}
    {%- set existing = columns_by_table(schemas) if schemas else {} -%}

    {%- set parts = [] -%}
    {%- for table in tables | map("lower") | unique | sort if table in existing -%}
        {%- set lineage = ["load_id", "load_timestamp", "source_file", "source_row_number"] -%}
        {%- set content_columns = existing[table] | reject("in", lineage) | sort -%}
        {%- do parts.append(
            "select " ~ sql_literal(table) ~ " as table_name, " ~ row_fingerprint_sql(content_columns)
            ~ " as content_hash from " ~ table
        ) -%}
    {%- endfor -%}
    {{ return(combined_hash(parts)) }}
{% endmacro %}
