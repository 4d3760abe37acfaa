-- A figure carried until CMS publishes equals what it was carried from, and its table is published as provisional.

with

carried_validity as (
    select
        model_year,
        'dx_to_cc' as table_name,
        icd10 as code,
        valid_fy_end = valid_fy_start as repeats_its_source
    from {{ ref('cms_dx_to_cc') }}
    where is_valid_fy_end_carried
),

carried_codes as (
    select
        carried.model_year,
        'eligible_hcpcs' as table_name,
        carried.hcpcs as code,
        year_before.hcpcs is not null as repeats_its_source
    from {{ ref('cms_eligible_hcpcs') }} as carried
    left join {{ ref('cms_eligible_hcpcs') }} as year_before
        on
            carried.model_year = year_before.model_year + 1
            and carried.hcpcs = year_before.hcpcs
    where carried.origin = 'carried_from_prior_year'
),

carried as (
    select * from carried_validity
    union all
    select * from carried_codes
)

select
    carried.table_name,
    carried.model_year,
    carried.code,
    carried.repeats_its_source,
    cms_publication.is_provisional
from carried
left join {{ ref('cms_publication') }}
    on
        carried.table_name = cms_publication.table_name
        and carried.model_year = cms_publication.model_year
where
    not carried.repeats_its_source
    or cms_publication.is_provisional is distinct from true
