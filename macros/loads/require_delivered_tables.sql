{#- Stops if a file is neither in the delivery nor in an earlier one: an empty table would score nobody and look like
    success. A later delivery may leave files out; nothing changes then for what they would hold. -#}
{% macro require_delivered_tables(delivery, tables) %}
    {%- set known = run_query(
        "select distinct source_table from " ~ loads_relation("load_files") ~ " inner join "
        ~ loads_relation("load_batches") ~ " using (load_id) where status != 'abandoned'"
    ).columns[0].values() | list -%}
    {%- set delivered = delivery.files | map(attribute="source_table") | list -%}
    {%- for name in tables if name not in known and name not in delivered -%}
        {{ exceptions.raise_compiler_error(
            "No file " ~ name ~ ".csv, " ~ name ~ "_*.csv, .csv.gz or .parquet in the folder '" ~ raw_path() ~ "'"
            ~ (" (found: " ~ delivery.files | map(attribute="source_file") | join(", ") ~ ")" if delivered else "")
            ~ ". The var load_dir or the environment variable RA_RAW_PATH names the folder (default data/raw, seen from "
            ~ "where dbt is started). docs/input_contract.md says what belongs into it; `make demo` fills it with a demo "
            ~ "issuer."
        ) }}
    {%- endfor -%}
    {%- if not delivered -%}
        {%- if not delivery.is_folder and (var("load_dir") or env_var("RA_RAW_PATH", "")) -%}
            {{ exceptions.raise_compiler_error(
                "The folder '" ~ raw_path() ~ "' does not exist. The var load_dir or the environment variable RA_RAW_PATH "
                ~ "names it. Correct the name, or leave both out to go on with what was loaded before."
            ) }}
        {%- endif -%}
        {{ log("No delivery in " ~ raw_path() ~ ": going on with what was loaded before", info=true) }}
    {%- endif -%}
{% endmacro %}
