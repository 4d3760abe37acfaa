-- Grain: one line of the members files as delivered, readable or not.

{%- set parsed = {
    "birth_date": issuer_date("birth_date"),
    "fpl_ratio": issuer_number("fpl_ratio", "decimal(9, 4)"),
    "is_digitally_engaged": issuer_boolean("is_digitally_engaged"),
    "is_care_management_engaged": issuer_boolean("is_care_management_engaged"),
    "is_wellness_engaged": issuer_boolean("is_wellness_engaged"),
    "high_cost_member": issuer_boolean("high_cost_member"),
    "year": issuer_number("year", "integer"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_members') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {{ issuer_text("member_id") }} as member_id,
        {{ issuer_text("subscriber_id") }} as subscriber_id,
        {{ issuer_text("first_name") }} as first_name,
        {{ issuer_text("last_name") }} as last_name,
        {%- for column, expression in parsed.items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        upper({{ issuer_text("gender") }}) as gender,
        upper({{ issuer_text("state") }}) as state,
        {{ issuer_text("zip_code") }} as zip_code,
        {{ issuer_text("rating_area") }} as rating_area,
        {{ issuer_text("age_group") }} as age_group,
        {{ issuer_text("region") }} as region,
        {{ issuer_text("clinical_segment") }} as clinical_segment,
        {{ issuer_text("broker_id") }} as broker_id,
        {{ issuer_text("broker_name") }} as broker_name,
        {{ issuer_text("general_agency_id") }} as general_agency_id,
        {{ issuer_text("general_agency_name") }} as general_agency_name,
        {{ issuer_text("mutually_exclusive_hcc_condition") }} as mutually_exclusive_hcc_condition,
        lower({{ issuer_text("plan_metal") }}) as plan_metal,
        {{ issuer_text("plan_network_access_type") }} as plan_network_access_type,
        {{ issuer_text("geographic_reporting") }} as geographic_reporting,
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

numbered_lines as (
    -- Of several lines of a member in one load the one of the first file by name counts, and of several in one file the
    -- first row where rows are numbered (Parquet). In a CSV file a hash decides: arbitrary, but the same on every run.
    select
        *,
        row_number() over (
            partition by load_id, member_id
            order by source_file, source_row_number, {{ content_hash_of_line() }}
        ) as copy_number
    from typed_lines
),

final as (
    select
        * exclude (copy_number),
        {{ first_failed_check([
            ["member_id is null", "missing_member_id", "member_id"],
            ["copy_number > 1", "duplicate_member", "member_id"],
        ]) }}
    from numbered_lines
)

select * from final
