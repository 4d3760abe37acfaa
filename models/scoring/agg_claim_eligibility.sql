-- Grain: run_id, claim_type, reason: how many claim lines counted, and how many did not and why.
-- The ledger itself, int_claim_line_eligibility, is that of the newest run only; these counts stay with their run.

with

current_run as (
    select * from {{ ref('current_run') }}
),

lines as (
    select * from {{ ref('int_claim_line_eligibility') }}
),

counted as (
    select
        claim_type,
        reason,
        count(*) as line_count,
        count(distinct member_id) as member_count,
        count(*) filter (where is_diagnosis_eligible) as diagnosis_line_count,
        count(*) filter (where is_service_eligible) as service_line_count,
        count(*) filter (where is_drug_eligible) as drug_line_count
    from lines
    group by all
),

final as (
    select
        current_run.run_id,
        counted.claim_type,
        counted.reason,
        counted.line_count,
        counted.member_count,
        counted.diagnosis_line_count,
        counted.service_line_count,
        counted.drug_line_count
    from counted
    cross join current_run
)

select * from final
