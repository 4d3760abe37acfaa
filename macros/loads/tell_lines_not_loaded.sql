{#- Post-hook of stg_issuer__loads: says of which files of a new load lines are missing. Printed, because `make load`
    lets dbt be quiet, and a quiet dbt says nothing of tests that warn. Comes before finish_loads, after which the load is
    no longer new. -#}
{% macro tell_lines_not_loaded() %}
    {%- if works_on_data() -%}
        {%- set new_loads = (
            "select load_batches.load_id from " ~ loads_relation("load_batches") ~ " as load_batches inner join " ~ this
            ~ " using (load_id) where load_batches.status = 'loading'"
        ) -%}
        {%- for file in run_query(
            lines_not_loaded("load_files.load_id in (" ~ new_loads ~ ")") ~ " order by load_id, source_file"
        ).rows -%}
            {{ print(
                "Load " ~ file["load_id"] ~ ": " ~ file["missing_line_count"] ~ " of " ~ file["line_count"] ~ " lines of "
                ~ file["source_file"] ~ " are neither loaded nor set aside (rows loaded: " ~ file["row_count"]
                ~ ", malformed lines: " ~ file["malformed_line_count"] ~ "). Behind a quote that is never closed, lines "
                ~ "are lost; values that hold line breaks look the same. docs/input_contract.md says how to tell."
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
