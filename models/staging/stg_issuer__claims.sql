-- Grain: one claim line as delivered; a line that was delivered twice is here twice (the ledger tells the copies apart).
-- The readable lines of stg_issuer__claims_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select * exclude (unreadable_columns, reject_reason, rejected_column)
from {{ ref('stg_issuer__claims_typed') }}
where reject_reason is null
