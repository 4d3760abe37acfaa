-- Grain: one supplemental diagnosis record.
-- The readable lines of stg_issuer__supplemental_diagnoses_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    supplemental_diagnosis_id,
    member_id,
    claim_id,
    action_code,
    original_supplemental_diagnosis_id,
    diagnosis_code,
    service_date,
    processed_date,
    source_file,
    source_row_number
from {{ ref('stg_issuer__supplemental_diagnoses_typed') }}
where reject_reason is null
