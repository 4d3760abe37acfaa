-- Grain: one state of a plan in a calendar year, for as long as deliveries repeated it.
-- A view: what is remembered stands in the snapshot, this is how it is read.
{{ config(materialized="view") }}

{%- do require_whole_history("snap_plan") %}

with

versions as (
    select * from {{ ref('snap_plan') }}
),

unknown_plan as (
    select
        -1 as plan_sk,
        '(unknown)' as plan_id,
        0 as effective_year,
        timestamp '1900-01-01 00:00:00' as validity_start_ts,
        timestamp '9999-12-31 00:00:00' as validity_end_ts,
        0 as load_id,
        timestamp '1900-01-01 00:00:00' as created_at
),

versions_and_unknown as (
    select * from versions
    union all by name
    select * from unknown_plan
),

final as (
    select
        plan_sk,
        plan_id,
        effective_year,
        hios_plan_id,
        left(hios_plan_id, 14) as hios_id,
        right(hios_plan_id, 2) as csr_variant,
        plan_name,
        metal_level as metal_tier,
        market,
        actuarial_value,
        monthly_premium,
        deductible,
        oop_max,
        coinsurance_rate,
        pcp_copay,
        validity_start_ts,
        validity_end_ts,
        validity_end_ts = timestamp '9999-12-31 00:00:00' as current_flag,
        attr_hash,
        load_id,
        created_at
    from versions_and_unknown
)

select * from final
