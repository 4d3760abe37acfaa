-- Grain: one medical claim line whose service code may give a drug class.
-- The list of eligible service codes is not applied to these: a line may count here whose claim's diagnoses do not.

select
    member_id,
    service_date,
    hcpcs_code,
    claim_id,
    claim_line_number
from {{ ref('int_claim_line_eligibility') }}
where is_service_eligible
