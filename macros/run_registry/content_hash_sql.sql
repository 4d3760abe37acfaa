{#- A fingerprint of rows in any order, as a SQL expression over them: their number and the sum of the MD5 of each. A
    sum, not an exclusive or: two equal rows would cancel out. MD5, not DuckDB's hash(): it is the same in every
    version. -#}
{% macro content_hash_sql(columns) %}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- do cells.append("coalesce(cast(" ~ adapter.quote(column) ~ " as varchar), '')") -%}
    {%- endfor -%}
    {{ return(
        "sha256(count(*) || ':' || coalesce(sum(md5_number_lower(concat_ws(chr(31), " ~ cells | join(", ") ~ "))), 0))"
    ) }}
{% endmacro %}
