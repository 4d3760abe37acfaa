-- Grain: one line of the issuer's files of claims, as delivered: a claim line, medical or pharmacy.
{%- set diagnosis_codes = [] %}
{%- for position in range(1, 26) %}
{%- do diagnosis_codes.append("diagnosis_code_" ~ position) %}
{%- endfor %}

{{ issuer_file("raw_claims", columns={
    "required": [
        "claim_id",
        "claim_line_number",
        "claim_type",
        "member_id",
        "claim_status",
        "claim_start_date",
    ],
    "optional": [
        "hios_plan_id",
        "provider_id",
        "replaces_claim_id",
        "bill_type_code",
        "place_of_service_code",
        "claim_end_date",
        "claim_line_start_date",
        "claim_line_end_date",
        "paid_date",
        "hcpcs_code",
        "revenue_center_code",
        "ndc_code",
        "quantity",
        "days_supply",
        "charge_amount",
        "allowed_amount",
        "paid_amount",
    ] + diagnosis_codes,
}) }}
