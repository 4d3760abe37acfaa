-- Grain: one member.
-- The readable lines of stg_issuer__members_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select * exclude (unreadable_columns, reject_reason, rejected_column)
from {{ ref('stg_issuer__members_typed') }}
where reject_reason is null
