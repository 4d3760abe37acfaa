{#- The members to score, with the columns of stg_issuer__members that scoring needs. -#}
{% macro members_relation() %}
    {{ return(input_relation("members_view", ref("stg_issuer__members"), {
        "member_id": {"type": "text", "required": true},
        "birth_date": {"type": "date", "required": true},
        "gender": {"type": "text", "required": true, "expression": "upper(trim(gender))"},
        "state": {"type": "text", "required": false},
        "rating_area": {"type": "text", "required": false},
    })) }}
{% endmacro %}
