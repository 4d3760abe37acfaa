{% snapshot snap_member %}
{{ config(
    unique_key="member_id",
    snapshot_meta_column_names={
        "dbt_valid_from": "validity_start_ts",
        "dbt_valid_to": "validity_end_ts",
        "dbt_updated_at": "created_at",
        "dbt_scd_id": "member_sk",
    },
) }}

-- Grain: one state of a member, for as long as deliveries repeat it.
-- depends_on: {{ ref('stg_issuer__loads') }}
select
    member_id,
    {%- for column in change_drivers("member") %}
    {{ column }},
    {%- endfor %}
    load_id,
    {{ attr_hash(change_drivers("member")) }} as attr_hash
from {{ ref('stg_issuer__members_typed') }}
where
    load_id = {{ snapshot_load("snap_member").load_id }}
    and reject_reason is null

{% endsnapshot %}
