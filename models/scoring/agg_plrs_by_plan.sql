-- Grain: run_id, hios_plan_id: the plan liability risk score of each plan variant.
-- Weighted by member months, as the transfer formula weights it.

with

current_run as (
    select * from {{ ref('current_run') }}
),

segments as (
    select * from {{ ref('risk_score_segments') }}
    where run_id = (select run_id from current_run)
),

final as (
    select
        run_id,
        hios_plan_id,
        metal_level,
        csr_variant,
        count(*) as member_count,
        cast(sum(member_months) as decimal(18, 6)) as member_months,
        cast(sum(risk_score * member_months) / sum(member_months) as decimal(14, 5)) as plrs,
        cast(sum(raw_risk_score * member_months) / sum(member_months) as decimal(14, 5)) as raw_plrs
    from segments
    group by all
)

select * from final
