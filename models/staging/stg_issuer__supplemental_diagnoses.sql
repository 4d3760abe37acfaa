-- Grain: one supplemental diagnosis record of the loads in force, as the newest of them says.
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
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__supplemental_diagnoses_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_supplemental_diagnoses' and is_in_force
    )
qualify row_number() over (partition by supplemental_diagnosis_id order by load_timestamp desc, load_id desc) = 1
