-- No supplemental record disappears: each has a reason, if only ACCEPT.
select coalesce(staged.supplemental_diagnosis_id, ledger.supplemental_diagnosis_id) as supplemental_diagnosis_id
from {{ ref('stg_issuer__supplemental_diagnoses') }} as staged
full outer join {{ ref('int_supplemental_diagnosis_eligibility') }} as ledger
    on staged.supplemental_diagnosis_id = ledger.supplemental_diagnosis_id
where
    staged.supplemental_diagnosis_id is null
    or ledger.supplemental_diagnosis_id is null
