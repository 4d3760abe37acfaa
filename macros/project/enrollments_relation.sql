{#- The spans of coverage to shape, with the columns of stg_issuer__enrollments that shaping needs. -#}
{% macro enrollments_relation() %}
    {{ return(input_relation("enrollments_view", ref("stg_issuer__enrollments"), {
        "member_id": {"type": "text", "required": true},
        "hios_plan_id": {"type": "text", "required": true, "expression": issuer_plan_id("hios_plan_id")},
        "enrollment_start_date": {"type": "date", "required": true},
        "enrollment_end_date": {"type": "date", "required": true},
    })) }}
{% endmacro %}
