-- Grain: run_id, member_id, segment_number: the score of a member in each plan variant held.
-- Plan results come from here; what a member's segments share is in risk_score_members.

with

current_run as (
    select * from {{ ref('current_run') }}
),

risk_input as (
    select * from {{ ref('int_aca_risk_input') }}
),

member_months as (
    select * from {{ ref('int_member_months') }}
),

components as (
    select * from {{ ref('risk_score_components') }}
    where run_id = (select run_id from current_run)
),

raw_scores as (
    select
        member_id,
        segment_number,
        min(model) as model,
        sum(coefficient) as raw_risk_score
    from components
    group by all
),

final as (
    select
        current_run.run_id,
        risk_input.member_id,
        risk_input.segment_number,
        raw_scores.model,
        risk_input.hios_plan_id,
        risk_input.metal_level,
        risk_input.csr_variant,
        risk_input.csr_indicator,
        risk_input.csr_factor,
        risk_input.state,
        risk_input.rating_area,
        risk_input.segment_days,
        cast(member_months.member_months as decimal(9, 6)) as member_months,
        cast(raw_scores.raw_risk_score as decimal(12, 3)) as raw_risk_score,
        cast(raw_scores.raw_risk_score * risk_input.csr_factor as decimal(14, 5)) as risk_score
    from risk_input
    cross join current_run
    inner join raw_scores
        on
            risk_input.member_id = raw_scores.member_id
            and risk_input.segment_number = raw_scores.segment_number
    inner join member_months
        on
            risk_input.member_id = member_months.member_id
            and risk_input.segment_number = member_months.segment_number
)

select * from final
