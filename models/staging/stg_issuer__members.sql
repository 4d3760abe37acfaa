-- Grain: one member of the newest delivery that has a members file.
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
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__members_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_members' and is_in_force
    )
