{#- What is known of the CMS tables of a model year: model_version, is_provisional, provisional_tables (JSON). A year
    that is not loaded is an error that lists those that are. -#}
{% macro describe_model_year(year) %}
    {%- set published = published_tables_sql() -%}
    {%- set answer = run_query(
        "select max(model_version) as model_version, bool_or(is_provisional) as is_provisional,"
        ~ " cast(to_json(coalesce(list(table_name order by table_name) filter (is_provisional), [])) as varchar)"
        ~ " as provisional_tables, count(*) as table_count from (" ~ published ~ ") where model_year = " ~ year
    ).rows[0] -%}
    {%- if answer["table_count"] == 0 -%}
        {%- set loaded = run_query(
            "select distinct model_year from (" ~ published ~ ") where model_year is not null order by 1"
        ).columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "No CMS tables for diy_model_year " ~ year ~ "; loaded: " ~ loaded | map("int") | join(", ")
            ~ ". To add a year, follow seeds/cms/README.md."
        ) }}
    {%- endif -%}
    {{ return({
        "model_version": answer["model_version"],
        "is_provisional": answer["is_provisional"],
        "provisional_tables": answer["provisional_tables"],
    }) }}
{% endmacro %}
