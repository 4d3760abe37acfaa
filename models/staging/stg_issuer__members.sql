-- Grain: one member.
-- The readable lines of stg_issuer__members_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    member_id,
    subscriber_id,
    first_name,
    last_name,
    birth_date,
    gender,
    state,
    zip_code,
    rating_area,
    source_file,
    source_row_number
from {{ ref('stg_issuer__members_typed') }}
where reject_reason is null
