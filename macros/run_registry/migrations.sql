{#- How the registry's tables came to be: an ordered list of version, name and statements. db_bootstrap applies each
    version that a database has not recorded yet. What has been released is never edited: databases hold it already.

    Columns of run_registry with `since` above 1 make a migration of that version by themselves (see run_columns); any
    other change of a table is a row of `releases`. -#}
{% macro migrations() %}
    {%- set registry = runs_relation("run_registry") -%}
    {%- set first_columns = [] -%}
    {%- set added_columns = {} -%}
    {%- for column in run_columns() -%}
        {%- if column.since == 1 -%}
            {%- do first_columns.append(column.name ~ " " ~ column.type) -%}
        {%- else -%}
            {%- do added_columns.setdefault(column.since, []).append(column) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set releases = [
        {
            "version": 1,
            "name": "create run_registry",
            "statements": ["create table " ~ registry ~ " (" ~ first_columns | join(", ") ~ ")"],
        },
        {
            "version": 2,
            "name": "create run_metrics",
            "statements": [
                "create table " ~ runs_relation("run_metrics")
                ~ " (run_id varchar, node_name varchar, metric_name varchar, metric_value double)"
            ],
        },
        {
            "version": 3,
            "name": "create load_batches, load_files, load_progress",
            "statements": [
                "create schema if not exists " ~ target.schema ~ "_raw",
                "create table " ~ loads_relation("load_batches")
                ~ " (load_id bigint, load_timestamp timestamp, claims_mode varchar, status varchar, folder varchar,"
                ~ " file_names varchar[], file_count integer, byte_count bigint, row_count bigint,"
                ~ " content_hash varchar, registered_at timestamp, loaded_at timestamp)",
                "create table " ~ loads_relation("load_files")
                ~ " (load_id bigint, load_timestamp timestamp, source_table varchar, source_file varchar, path varchar,"
                ~ " byte_count bigint, content_hash varchar, header varchar, row_count bigint,"
                ~ " charge_amount decimal(18, 2), allowed_amount decimal(18, 2), paid_amount decimal(18, 2))",
                "create table " ~ loads_relation("load_progress") ~ " (load_id bigint, relation_name varchar)",
            ] + staging_without_loads(),
        },
        {
            "version": 5,
            "name": "create batch_runs",
            "statements": [
                "create table " ~ runs_relation("batch_runs") ~ " (batch_id varchar, position integer,"
                ~ " scenario_name varchar, role varchar, run_id varchar, run_label varchar)"
            ],
        },
        {
            "version": 6,
            "name": "add to load_files: line_count",
            "statements": ["alter table " ~ loads_relation("load_files") ~ " add column line_count bigint"],
        },
    ] -%}
    {%- for version, columns in added_columns.items() -%}
        {%- set statements = [] -%}
        {%- for column in columns -%}
            {%- do statements.append("alter table " ~ registry ~ " add column " ~ column.name ~ " " ~ column.type) -%}
            {%- if column.value_before is defined -%}
                {%- do statements.append(
                    "update " ~ registry ~ " set " ~ column.name ~ " = former.former_value from (select rowid as row_id, "
                    ~ column.value_before ~ " as former_value from " ~ registry ~ ") as former"
                    ~ " where run_registry.rowid = former.row_id"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do releases.append({
            "version": version,
            "name": "add to run_registry: " ~ columns | map(attribute="name") | join(", "),
            "statements": statements,
        }) -%}
    {%- endfor -%}
    {{ return(releases | sort(attribute="version")) }}
{% endmacro %}
