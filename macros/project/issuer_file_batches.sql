{#- The files of one name in all loads, put together where one reader can take them: same load, kind and header. Files
    that are no longer there are left out: they are staged already, or the full refresh that needs them has stopped. -#}
{% macro issuer_file_batches(name) %}
    {%- set files = run_query(
        "select load_id, strftime(load_files.load_timestamp, '%Y-%m-%d %H:%M:%S.%f') as load_timestamp, header, path"
        ~ " from " ~ loads_relation("load_files") ~ " inner join " ~ loads_relation("load_batches")
        ~ " using (load_id) where status != 'abandoned' and source_table = " ~ sql_literal(name)
        ~ " order by load_id, path"
    ).rows -%}
    {%- set paths = files | map(attribute="path") | list -%}
    {%- set missing = fromjson(
        run_query("select missing_files(" ~ sql_literal(tojson(paths)) ~ ")").columns[0].values() | first
    ) -%}
    {%- set batches = {} -%}
    {%- for file in files if file["path"] not in missing -%}
        {%- set key = (file["load_id"], file["header"], file["path"].endswith(".parquet")) -%}
        {%- do batches.setdefault(key, {
            "load_id": file["load_id"] | int,
            "load_timestamp": file["load_timestamp"],
            "header": fromjson(file["header"]),
            "is_parquet": file["path"].endswith(".parquet"),
            "paths": [],
        }).paths.append(file["path"]) -%}
    {%- endfor -%}
    {{ return(batches.values() | list) }}
{% endmacro %}
