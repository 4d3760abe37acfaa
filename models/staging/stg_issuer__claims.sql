-- Grain: one claim line as delivered, of the loads in force (the newest full delivery of claims and all changes since);
-- a line that was delivered twice is here twice, and the ledger tells them apart.
-- The readable lines of stg_issuer__claims_typed; a view, because a copy would say nothing more.
{{ config(materialized="view") }}

select
    claim_id,
    claim_line_number,
    claim_type,
    member_id,
    hios_plan_id,
    provider_id,
    claim_status,
    replaces_claim_id,
    bill_type_code,
    place_of_service_code,
    claim_start_date,
    claim_end_date,
    claim_line_start_date,
    claim_line_end_date,
    paid_date,
    hcpcs_code,
    revenue_center_code,
    ndc_code,
    quantity,
    days_supply,
    charge_amount,
    allowed_amount,
    paid_amount,
    {%- for position in range(1, 26) %}
    diagnosis_code_{{ position }},
    {%- endfor %}
    load_id,
    load_timestamp,
    source_file,
    source_row_number
from {{ ref('stg_issuer__claims_typed') }}
where
    reject_reason is null
    and load_id in (
        select load_id from {{ ref('stg_issuer__loads') }}
        where source_table = 'raw_claims' and is_in_force
    )
