-- A model year that has coefficients has every other table that scoring reads, so that no rule is missing in silence.

with

scored_years as (
    select distinct model_year from {{ ref('cms_publication') }}
    where table_name = 'coefficient'
),

needed_tables as (
    select distinct table_name from {{ ref('cms_publication') }}
    where
        is_used_in_scoring
        -- Rules that some years do not have: counts of payment HCCs, and affiliated cost factors.
        and table_name not in ('hcc_count_exclusion', 'acf_code', 'acf_rule')
),

needed as (
    select
        scored_years.model_year,
        needed_tables.table_name
    from scored_years
    cross join needed_tables
)

select needed.*
from needed
anti join {{ ref('cms_publication') }}
    on
        needed.model_year = cms_publication.model_year
        and needed.table_name = cms_publication.table_name
