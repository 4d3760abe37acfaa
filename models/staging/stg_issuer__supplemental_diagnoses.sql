-- Grain: one supplemental diagnosis record.
-- The readable lines of stg_issuer__supplemental_diagnoses_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select * exclude (unreadable_columns, reject_reason, rejected_column)
from {{ ref('stg_issuer__supplemental_diagnoses_typed') }}
where reject_reason is null
