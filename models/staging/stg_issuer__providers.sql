-- Grain: one provider.
-- The readable lines of stg_issuer__providers_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    provider_id,
    npi,
    provider_name,
    specialty,
    street,
    city,
    state,
    zip_code,
    phone,
    source_file,
    source_row_number
from {{ ref('stg_issuer__providers_typed') }}
where reject_reason is null
