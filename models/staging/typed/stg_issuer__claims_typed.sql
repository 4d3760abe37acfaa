-- Grain: one claim line as delivered, readable or not.
-- The files are read here, once. Lines with a reject_reason go no further than stg_issuer__rejects.

{%- set parsed = {
    "hios_plan_id": issuer_plan_id("hios_plan_id"),
    "claim_line_number": issuer_number("claim_line_number", "integer"),
    "claim_start_date": issuer_date("claim_start_date"),
    "claim_end_date": issuer_date("claim_end_date"),
    "claim_line_start_date": issuer_date("claim_line_start_date"),
    "claim_line_end_date": issuer_date("claim_line_end_date"),
    "paid_date": issuer_date("paid_date"),
    "ndc_code": normalise_ndc("ndc_code"),
    "quantity": issuer_number("quantity", "decimal(18, 3)"),
    "days_supply": issuer_number("days_supply", "integer"),
    "charge_amount": issuer_number("charge_amount", "decimal(18, 2)"),
    "allowed_amount": issuer_number("allowed_amount", "decimal(18, 2)"),
    "paid_amount": issuer_number("paid_amount", "decimal(18, 2)"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_claims') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {{ issuer_text("claim_id") }} as claim_id,
        lower({{ issuer_text("claim_type") }}) as claim_type,
        {{ issuer_text("member_id") }} as member_id,
        {{ issuer_text("provider_id") }} as provider_id,
        lower({{ issuer_text("claim_status") }}) as claim_status,
        {{ issuer_text("replaces_claim_id") }} as replaces_claim_id,
        {{ issuer_bill_type("bill_type_code") }} as bill_type_code,
        {{ issuer_text("place_of_service_code") }} as place_of_service_code,
        {{ normalise_hcpcs("hcpcs_code") }} as hcpcs_code,
        {{ issuer_text("revenue_center_code") }} as revenue_center_code,
        {%- for column, expression in parsed.items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        -- As delivered: codes are put into the spelling of the CMS tables where they are counted.
        {%- for position in range(1, 26) %}
        nullif(diagnosis_code_{{ position }}, '') as diagnosis_code_{{ position }},
        {%- endfor %}
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

final as (
    select
        *,
        {{ first_failed_check([
            ["claim_id is null", "missing_claim_id", "claim_id"],
            ["claim_line_number is null", "invalid_number", "claim_line_number"],
            ["member_id is null", "missing_member_id", "member_id"],
            [
                "coalesce(claim_type not in ('institutional', 'professional', 'pharmacy'), true)",
                "unknown_claim_type",
                "claim_type",
            ],
            [
                "coalesce(claim_status not in ('paid', 'denied', 'void', 'replaced'), true)",
                "unknown_claim_status",
                "claim_status",
            ],
            [is_unreadable("claim_start_date"), "invalid_date", "claim_start_date"],
            ["claim_start_date is null", "missing_date", "claim_start_date"],
        ]) }}
    from typed_lines
)

select * from final
