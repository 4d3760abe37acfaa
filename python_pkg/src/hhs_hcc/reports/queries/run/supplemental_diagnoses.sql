-- A row is an action on diagnoses of a claim and what became of such records: ACCEPT, or why they have no effect.
select
    action_code,
    reason,
    count(*) as record_count,
    count(distinct member_id) as member_count
from main_intermediate.int_supplemental_diagnosis_eligibility
group by action_code, reason
order by action_code, reason
