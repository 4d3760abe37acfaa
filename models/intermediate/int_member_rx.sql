-- Grain: one pharmacy claim line with a readable NDC, filled while the member was covered.

select
    member_id,
    service_date as fill_date,
    ndc_code,
    claim_id,
    claim_line_number
from {{ ref('int_claim_line_eligibility') }}
where is_drug_eligible
