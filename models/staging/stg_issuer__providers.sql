-- Grain: one provider of the newest delivery that has a providers file.
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
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__providers_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_providers' and is_in_force
    )
