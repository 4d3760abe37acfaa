-- A row is a claim type and what became of its lines: ACCEPT, or the first reason why a line does not count.
select
    claim_type,
    reason,
    line_count,
    member_count,
    diagnosis_line_count,
    service_line_count,
    drug_line_count
from main_runs.agg_claim_eligibility
where run_id = $run_id
order by claim_type, reason
