{#- Stops a snapshot if a key stands twice in its load, or is empty: it would get two open versions, and facts would
    count twice. Says how many, never which: keys name people. -#}
{% macro require_unique_natural_key(node, natural_key, load) %}
    {%- set key_columns = natural_key | join(", ") -%}
    {%- set found = run_query(
        "select count(*) filter (row_count > 1 and is_whole) as duplicate_keys,"
        ~ " coalesce(sum(row_count) filter (row_count > 1 and is_whole), 0) as duplicate_rows,"
        ~ " coalesce(sum(row_count) filter (not is_whole), 0) as keyless_rows"
        ~ " from (select count(*) as row_count, " ~ natural_key | join(" is not null and ") ~ " is not null as is_whole"
        ~ " from (" ~ node.compiled_code ~ ") as delivered group by " ~ key_columns ~ ") as delivered_keys"
    ).rows[0] -%}
    {%- if found["duplicate_keys"] > 0 -%}
        {{ exceptions.raise_compiler_error(
            node.name ~ ": " ~ found["duplicate_keys"] ~ " natural keys (" ~ key_columns ~ ") stand more than once in "
            ~ "load " ~ load.load_id ~ ", in " ~ found["duplicate_rows"] ~ " rows. A key has one state at a time: "
            ~ "remove the duplicates from the file and deliver it again with a later load_timestamp. Nothing was "
            ~ "changed."
        ) }}
    {%- elif found["keyless_rows"] > 0 -%}
        {{ exceptions.raise_compiler_error(
            node.name ~ ": " ~ found["keyless_rows"] ~ " rows of load " ~ load.load_id ~ " have no natural key ("
            ~ key_columns ~ "). Staging has to reject them before they come here. Nothing was changed."
        ) }}
    {%- endif -%}
{% endmacro %}
