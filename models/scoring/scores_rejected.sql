-- Grain: run_id, member_id: the members of a run that were not scored, and why.

with

current_run as (
    select * from {{ ref('current_run') }}
),

candidates as (
    select * from {{ ref('int_aca_risk_candidates') }}
),

final as (
    select
        current_run.run_id,
        candidates.member_id,
        min(candidates.reject_reason) as reject_reason
    from candidates
    cross join current_run
    where candidates.reject_reason is not null
    group by all
)

select * from final
