{% snapshot snap_provider %}
{{ config(
    unique_key="provider_id",
    snapshot_meta_column_names={
        "dbt_valid_from": "validity_start_ts",
        "dbt_valid_to": "validity_end_ts",
        "dbt_updated_at": "created_at",
        "dbt_scd_id": "provider_sk",
    },
) }}

-- Grain: one state of a provider, for as long as deliveries repeat it.
-- depends_on: {{ ref('stg_issuer__loads') }}
select
    provider_id,
    {%- for column in change_drivers("provider") %}
    {{ column }},
    {%- endfor %}
    load_id,
    {{ attr_hash(change_drivers("provider")) }} as attr_hash
from {{ ref('stg_issuer__providers_typed') }}
where
    load_id = {{ snapshot_load("snap_provider").load_id }}
    and reject_reason is null

{% endsnapshot %}
