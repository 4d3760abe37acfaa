{#- One hash over the CMS tables of a model year as they are loaded, made of the same table hashes that cms_publication
    states. Taken after the run, because a run may load the seeds itself. -#}
{% macro cms_tables_hash(year) %}
    {%- set seeds = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == "seed" -%}
        {%- do seeds.update({node.name: (node.schema ~ "." ~ node.alias) | lower}) -%}
    {%- endfor -%}
    {%- set existing = columns_by_table([seeds["cms_publication"].split(".")[0]]) -%}
    {%- set names = run_query(
        "select distinct table_name from (" ~ published_tables_sql() ~ ") where model_year = " ~ year
    ).columns[0].values() -%}
    {%- set parts = [] -%}
    {%- for name in names if seeds.get("cms_" ~ name) in existing -%}
        {%- set rows_of_year = "(from " ~ seeds["cms_" ~ name] ~ " where model_year = " ~ year ~ ")" -%}
        {%- do parts.append(
            "select " ~ sql_literal(name) ~ " as table_name, content_hash from (" ~ cms_table_hash(rows_of_year) ~ ")"
        ) -%}
    {%- endfor -%}
    {{ return(combined_hash(parts)) }}
{% endmacro %}
