{#- A fingerprint of rows in any order, as a SQL expression over them, for tables too large for content_hash_sql: their
    number and the sum of DuckDB's own hash of each, ten times as fast as MD5. It may change with DuckDB's version, which
    the registry records beside it. -#}
{% macro row_fingerprint_sql(columns) %}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- do cells.append(adapter.quote(column)) -%}
    {%- endfor -%}
    {{ return(
        "sha256(count(*) || ':' || coalesce(sum(cast(hash(" ~ cells | join(", ") ~ ") as hugeint)), 0))"
    ) }}
{% endmacro %}
