{#- Before a build from scratch: stops if a file of an earlier load is gone or holds other bytes than then. A rebuild from what
    is left would lose data in silence, or change the past. -#}
{% macro require_unchanged_files() %}
    {%- set changed = run_query(
        "select changed_files(coalesce(cast(to_json(list({'path': path, 'content_hash': load_files.content_hash}"
        ~ " order by load_id, path)) as varchar), '[]')) as paths from " ~ loads_relation("load_files") ~ " inner join "
        ~ loads_relation("load_batches") ~ " using (load_id) where status = 'loaded'"
    ).columns[0].values() | first -%}
    {%- set paths = fromjson(changed) -%}
    {%- if paths -%}
        {{ exceptions.raise_compiler_error(
            "A build from scratch (--full-refresh, slim CI) reads the files of all loads again, and " ~ paths | length
            ~ " of them are gone or have changed since, for example '" ~ paths[0] ~ "'. Put them back "
            ~ "(main_raw.load_files has their hashes). An incremental build needs only the newest delivery."
        ) }}
    {%- endif -%}
{% endmacro %}
