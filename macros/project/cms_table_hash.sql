{#- Row count and content hash of a CMS table as loaded, one row per model year (one in all if it is undated).
    The hash is the one that `hhs-hcc cms-publication` writes into cms_publication.csv: SHA-256 over the sorted row
    texts joined by line feeds, a row text being its cells joined by `|`, null as empty. Casting a loaded cell to text
    gives the file's text because the seeds declare the scale of every decimal; so equal hashes prove that the types
    altered no value. -#}
{% macro cms_table_hash(relation, is_dated=true) -%}
    select
        {{ "cast(model_year as integer)" if is_dated else "cast(null as integer)" }} as model_year,
        count(*) as row_count,
        sha256(string_agg(row_text, chr(10) order by row_text)) as content_hash
    from (
        select {{ "model_year, " if is_dated }}concat_ws('|', *columns(*)) as row_text
        from (
            select coalesce(cast(columns(*) as varchar), '')
            from {{ relation }}
        ) as cell_texts
    ) as row_texts
    group by all
{%- endmacro %}
