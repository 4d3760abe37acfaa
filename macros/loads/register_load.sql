{#- Writes a delivery into load_batches and load_files, with the status `loading`. -#}
{% macro register_load(delivery) %}
    {%- set batches = loads_relation("load_batches") -%}
    {%- set load_id = run_query(
        "select cast(coalesce(max(load_id), 0) + 1 as varchar) from " ~ batches
    ).columns[0].values() | first -%}
    {%- set load_key = load_id ~ ", cast(" ~ sql_literal(delivery.load_timestamp) ~ " as timestamp)" -%}
    {%- set file_names = [] -%}
    {%- set file_rows = [] -%}
    {%- for file in delivery.files -%}
        {%- do file_names.append(sql_literal(file.source_file)) -%}
        {%- do file_rows.append(
            "(" ~ load_key ~ ", " ~ sql_literal(file.source_table) ~ ", " ~ sql_literal(file.source_file) ~ ", "
            ~ sql_literal(file.path) ~ ", " ~ file.byte_count ~ ", " ~ sql_literal(file.content_hash) ~ ", "
            ~ sql_literal(tojson(issuer_file_header(file.path))) ~ ", " ~ sql_literal(file.line_count) ~ ")"
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        "begin transaction; insert into " ~ batches ~ " (load_id, load_timestamp, claims_mode, status, folder,"
        ~ " file_names, file_count, byte_count, content_hash, registered_at) values (" ~ load_key ~ ", "
        ~ sql_literal(delivery.claims_mode) ~ ", 'loading', " ~ sql_literal(delivery.folder) ~ ", ["
        ~ file_names | join(", ") ~ "], " ~ delivery.files | length ~ ", " ~ delivery.files | sum(attribute="byte_count")
        ~ ", " ~ sql_literal(delivery.content_hash) ~ ", current_timestamp at time zone 'UTC'); insert into "
        ~ loads_relation("load_files") ~ " (load_id, load_timestamp, source_table, source_file, path, byte_count,"
        ~ " content_hash, header, line_count) values " ~ file_rows | join(", ") ~ "; commit"
    ) -%}
    {{ print(
        "Load " ~ load_id ~ ": the delivery of " ~ delivery.load_timestamp[:19] ~ " in " ~ delivery.folder ~ " ("
        ~ delivery.files | length ~ " files, claims: " ~ delivery.claims_mode ~ ")"
    ) }}
{% endmacro %}
