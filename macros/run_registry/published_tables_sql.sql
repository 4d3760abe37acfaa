{#- What seeds/cms says about its tables, as a query. Where this build loads the seed, or nobody has, its file is read:
    the table in the database is then about to be replaced, or does not exist. -#}
{% macro published_tables_sql() %}
    {%- set seed = graph.nodes.values() | selectattr("resource_type", "equalto", "seed")
        | selectattr("name", "equalto", "cms_publication") | first -%}
    {%- set source_of_rows = relation_of(seed) -%}
    {%- if source_of_rows is none or seed.unique_id in selected_resources -%}
        {%- set path = seed.root_path ~ "/" ~ seed.original_file_path -%}
        {%- set source_of_rows = "read_csv(" ~ sql_literal(path) ~ ", header = true, all_varchar = true)" -%}
    {%- endif -%}
    {{ return(
        "select cast(model_year as integer) as model_year, table_name, model_version,"
        ~ " cast(is_provisional as boolean) as is_provisional from " ~ source_of_rows
        ~ " where cast(is_used_in_scoring as boolean)"
    ) }}
{% endmacro %}
