{#- Post-hook of int_aca_risk_candidates for invalid_gender: error. It counts and never shows who. -#}
{% macro stop_on_unknown_gender() %}
    {%- if works_on_data() and var("invalid_gender") == "error" -%}
        {%- set member_count = run_query(
            "select count(distinct member_id) from " ~ this ~ " where sex is null and segment_number is not null "
            ~ "and segment_reject_reason != 'member_unknown'"
        ).columns[0].values() | first -%}
        {%- if member_count > 0 -%}
            {{ exceptions.raise_compiler_error(
                member_count ~ " covered members have a gender that is neither M nor F, and the var invalid_gender is "
                ~ "error. Correct the members file, or pass invalid_gender: skip (they are not scored) or "
                ~ "invalid_gender: coerce (they are scored as coerce_gender)."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
