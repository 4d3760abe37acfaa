{#- One row if the rows of an issuer's file do not add up: what the reader delivered against what is staged and what is
    rejected. Malformed lines are on neither side: the reader did not deliver them. -#}
{% macro rows_lost_in_staging(entity) -%}
with

counts as (
    select
        (select count(*) from {{ ref('raw_' ~ entity) }}) as delivered_count,
        (select count(*) from {{ ref('stg_issuer__' ~ entity) }}) as staged_count,
        (
            select count(*)
            from {{ ref('stg_issuer__rejects') }}
            where
                source_table = 'raw_{{ entity }}'
                and severity = 'rejected'
                and not starts_with(reason, 'malformed_line_')
        ) as rejected_count
)

select * from counts
where delivered_count != staged_count + rejected_count
{%- endmacro %}
