{#- The claim lines to judge, with the columns of stg_issuer__claims that judging needs. -#}
{% macro claims_relation() %}
    {%- set columns = {
        "claim_id": {"type": "text", "required": true},
        "claim_line_number": {"type": "integer", "required": true},
        "claim_type": {"type": "text", "required": true, "expression": "lower(trim(claim_type))"},
        "member_id": {"type": "text", "required": true},
        "claim_status": {"type": "text", "required": true, "expression": "lower(trim(claim_status))"},
        "replaces_claim_id": {"type": "text", "required": false},
        "bill_type_code": {"type": "text", "required": true, "expression": issuer_bill_type("bill_type_code")},
        "claim_start_date": {"type": "date", "required": true},
        "claim_end_date": {"type": "date", "required": false},
        "claim_line_start_date": {"type": "date", "required": true},
        "paid_date": {"type": "date", "required": paid_through() is not none},
        "hcpcs_code": {"type": "text", "required": true, "expression": normalise_hcpcs("hcpcs_code")},
        "ndc_code": {"type": "text", "required": true, "expression": normalise_ndc("ndc_code")},
        "load_id": {"type": "integer", "required": false},
        "load_timestamp": {"type": "timestamp", "required": false},
    } -%}
    {%- for position in range(1, 26) -%}
        {%- do columns.update({"diagnosis_code_" ~ position: {"type": "text", "required": position == 1}}) -%}
    {%- endfor -%}
    {{ return(input_relation("claims_view", ref("stg_issuer__claims"), columns)) }}
{% endmacro %}
