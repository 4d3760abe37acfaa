-- Grain: one span of coverage as delivered.
-- The readable lines of stg_issuer__enrollments_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    member_id,
    hios_plan_id,
    enrollment_start_date,
    enrollment_end_date,
    premium_amount,
    source_file,
    source_row_number
from {{ ref('stg_issuer__enrollments_typed') }}
where reject_reason is null
