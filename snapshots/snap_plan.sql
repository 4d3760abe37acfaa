{% snapshot snap_plan %}
{{ config(
    unique_key=["plan_id", "effective_year"],
    snapshot_meta_column_names={
        "dbt_valid_from": "validity_start_ts",
        "dbt_valid_to": "validity_end_ts",
        "dbt_updated_at": "created_at",
        "dbt_scd_id": "plan_sk",
    },
) }}

-- Grain: one state of a plan and calendar year, for as long as deliveries repeat it.
-- depends_on: {{ ref('stg_issuer__loads') }}
select
    plan_id,
    effective_year,
    {%- for column in change_drivers("plan") %}
    {{ column }},
    {%- endfor %}
    load_id,
    {{ attr_hash(change_drivers("plan")) }} as attr_hash
from {{ ref('stg_issuer__plans_typed') }}
where
    load_id = {{ snapshot_load("snap_plan").load_id }}
    and reject_reason is null

{% endsnapshot %}
