-- Grain: one plan variant and effective_year.
-- The readable lines of stg_issuer__plans_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    hios_plan_id,
    effective_year,
    plan_name,
    metal_level,
    market,
    source_file,
    source_row_number
from {{ ref('stg_issuer__plans_typed') }}
where reject_reason is null
