{#- Every var of dbt_project.yml with the values it accepts; an empty list means that another check, or none, applies.
    Jinja cannot list a project's vars, and without the list a misspelt name (benefit_yaer) would be ignored in silence
    and the default year scored. A test compares the names with dbt_project.yml. -#}
{% macro run_vars() %}
    {{ return({
        "load_dir": [],
        "load_timestamp": [],
        "load_claims": [none, "full", "changes"],
        "allow_older_load": [true, false],
        "calendar_first_year": [],
        "calendar_last_year": [],
        "high_cost_threshold": [],
        "diy_model_year": [],
        "benefit_year": [],
        "member_age_basis_year": [],
        "prediction_year": [],
        "edition": ["diy_tables", "cms_software"],
        "unknown_validity": ["carry_forward", "strict"],
        "mce_edits": [true, false],
        "age_basis": ["last_enrolled_day", "december_31"],
        "invalid_gender": ["skip", "coerce", "error"],
        "coerce_gender": ["M", "F"],
        "claims_view": [],
        "enrollments_view": [],
        "members_view": [],
        "paid_through": [],
        "run_id": [],
        "run_description": [],
        "group_id": [],
        "group_description": [],
        "trigger_source": [],
        "blueprint_id": [],
    }) }}
{% endmacro %}
