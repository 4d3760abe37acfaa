-- Grain: one span of coverage of the newest delivery that has an enrollments file.
-- The readable lines of stg_issuer__enrollments_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    member_id,
    hios_plan_id,
    enrollment_start_date,
    enrollment_end_date,
    premium_amount,
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__enrollments_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_enrollments' and is_in_force
    )
