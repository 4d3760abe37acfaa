-- Grain: one plan variant and effective_year of the newest delivery that has a plans file.
-- The readable lines of stg_issuer__plans_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    hios_plan_id,
    effective_year,
    plan_name,
    metal_level,
    market,
    plan_id,
    actuarial_value,
    monthly_premium,
    deductible,
    oop_max,
    coinsurance_rate,
    pcp_copay,
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__plans_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_plans' and is_in_force
    )
