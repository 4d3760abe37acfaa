-- Grain: run_id, record_kind, code: codes that stand in no CMS table of the model year, and how often they occur.
-- Most are simply not risk-adjusting; a sudden newcomer among them is a mapping that is missing.

with

current_run as (
    select * from {{ ref('current_run') }}
),

codes as (
    select
        'diagnosis' as record_kind,
        diagnosis_code as code
    from {{ ref('int_member_diagnoses') }}
    union all
    select
        'drug' as record_kind,
        ndc_code as code
    from {{ ref('int_member_rx') }}
    union all
    select
        'service' as record_kind,
        hcpcs_code as code
    from {{ ref('int_member_services') }}
),

counted as (
    select
        record_kind,
        code,
        count(*) as row_count
    from codes
    group by all
),

mapped as (
    select
        'diagnosis' as record_kind,
        icd10 as code
    from {{ ref('cms_dx_to_cc') }}
    where model_year = (select model_year from current_run)
    union all
    select
        'drug' as record_kind,
        ndc as code
    from {{ ref('cms_ndc_to_rxc') }}
    where model_year = (select model_year from current_run)
    union all
    select
        'service' as record_kind,
        hcpcs as code
    from {{ ref('cms_hcpcs_to_rxc') }}
    where model_year = (select model_year from current_run)
    union all
    select
        if(code_type = 'ndc', 'drug', 'service') as record_kind,
        code
    from {{ ref('cms_acf_code') }}
    where model_year = (select model_year from current_run)
),

final as (
    select
        current_run.run_id,
        counted.record_kind,
        counted.code,
        counted.row_count
    from counted
    cross join current_run
    anti join mapped
        on counted.record_kind = mapped.record_kind and counted.code = mapped.code
)

select * from final
