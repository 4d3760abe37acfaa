{#- Runs queries that yield (table_name, content_hash) and hashes their rows into one text; none without any. -#}
{% macro combined_hash(queries) %}
    {%- if not queries -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(run_query(
        "select sha256(string_agg(table_name || ':' || content_hash, chr(10) order by table_name)) as combined_hash"
        ~ " from (" ~ queries | join(" union all ") ~ ")"
    ).rows[0]["combined_hash"]) }}
{% endmacro %}
