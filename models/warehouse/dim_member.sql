-- Grain: one state of a member, for as long as deliveries repeated it.
-- A view: what is remembered stands in the snapshot, this is how it is read.
{{ config(materialized="view") }}

{%- do require_whole_history("snap_member") %}

with

versions as (
    select * from {{ ref('snap_member') }}
),

unknown_member as (
    select
        -1 as member_sk,
        '(unknown)' as member_id,
        timestamp '1900-01-01 00:00:00' as validity_start_ts,
        timestamp '9999-12-31 00:00:00' as validity_end_ts,
        0 as load_id,
        timestamp '1900-01-01 00:00:00' as created_at
),

versions_and_unknown as (
    select * from versions
    union all by name
    select * from unknown_member
),

final as (
    select
        member_sk,
        member_id,
        subscriber_id,
        first_name,
        last_name,
        birth_date,
        gender,
        age_group,
        region,
        fpl_ratio,
        clinical_segment,
        broker_id,
        broker_name,
        general_agency_id,
        general_agency_name,
        is_digitally_engaged,
        is_care_management_engaged,
        is_wellness_engaged,
        high_cost_member,
        mutually_exclusive_hcc_condition,
        plan_metal,
        plan_network_access_type,
        geographic_reporting,
        year,
        state,
        zip_code,
        rating_area,
        validity_start_ts,
        validity_end_ts,
        validity_end_ts = timestamp '9999-12-31 00:00:00' as current_flag,
        attr_hash,
        load_id,
        created_at
    from versions_and_unknown
)

select * from final
