-- Grain: one state of a provider, for as long as deliveries repeated it.
-- A view: what is remembered stands in the snapshot, this is how it is read.
{{ config(materialized="view") }}

{%- do require_whole_history("snap_provider") %}

with

versions as (
    select * from {{ ref('snap_provider') }}
),

unknown_provider as (
    select
        -1 as provider_sk,
        '(unknown)' as provider_id,
        timestamp '1900-01-01 00:00:00' as validity_start_ts,
        timestamp '9999-12-31 00:00:00' as validity_end_ts,
        0 as load_id,
        timestamp '1900-01-01 00:00:00' as created_at
),

versions_and_unknown as (
    select * from versions
    union all by name
    select * from unknown_provider
),

final as (
    select
        provider_sk,
        provider_id,
        npi,
        provider_name,
        specialty,
        street,
        city,
        state,
        zip_code,
        phone,
        validity_start_ts,
        validity_end_ts,
        validity_end_ts = timestamp '9999-12-31 00:00:00' as current_flag,
        attr_hash,
        load_id,
        created_at
    from versions_and_unknown
)

select * from final
