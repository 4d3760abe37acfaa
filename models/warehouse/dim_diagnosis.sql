-- Grain: a diagnosis code that leads to an HCC, and the model year whose tables say so; and the row -1 for all
-- others. Codes without an HCC have no row: there are tens of thousands of them, and no table here lists them. Facts
-- keep the code itself.

with

mappings as (
    select
        *,
        coalesce(mce_age_min, mce_age_max, cc_age_min, cc_age_max) is not null
        or coalesce(mce_sex, cc_sex) is not null as is_conditional
    from {{ ref('cms_dx_to_cc') }}
),

hccs as (
    select * from {{ ref('cms_hcc') }}
),

known as (
    select
        {{ hashed_key(["mappings.icd10", "mappings.model_year"]) }} as diagnosis_sk,
        mappings.icd10 as diagnosis_code,
        mappings.model_year,
        -- An age or sex split repeats the HCC.
        string_agg(distinct mappings.cc, ', ' order by mappings.cc) as hcc_list,
        cast(count(distinct mappings.cc) as integer) as hcc_count,
        string_agg(distinct hccs.label, '; ' order by hccs.label) as hcc_labels,
        bool_or(mappings.is_conditional) as has_age_or_sex_condition,
        bool_or(mappings.valid_fy_start) as is_valid_fy_start,
        bool_or(mappings.valid_fy_end) as is_valid_fy_end,
        bool_or(mappings.is_valid_fy_end_carried) as is_valid_fy_end_carried
    from mappings
    left join hccs
        on
            mappings.model_year = hccs.model_year
            and mappings.cc = hccs.hcc
    group by mappings.icd10, mappings.model_year
),

unknown as (
    select
        cast(-1 as bigint) as diagnosis_sk,
        '(unknown)' as diagnosis_code,
        0 as model_year
),

final as (
    select * from known
    union all by name
    select * from unknown
)

select * from final
