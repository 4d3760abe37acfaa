{#- The run_id of the newest completed run of a kind, or of the newest one with a run_description; none if there is none.
    The newest is the one that was registered last, by its number: a clock may have been set back since an earlier one.

        latest_run("scoring")                       the newest
        latest_run("scoring", "2024 tables on 2025 data") -#}
{% macro latest_run(analysis_type, label=none) %}
    {%- set described = "" if label is none else " and run_description = " ~ sql_literal(label) -%}
    {%- set found = run_query(
        "select run_id from " ~ runs_relation("run_registry") ~ " where status = 'completed' and analysis_type = "
        ~ sql_literal(analysis_type) ~ described ~ " order by run_number desc limit 1"
    ).columns[0].values() -%}
    {{ return(found[0] if found else none) }}
{% endmacro %}
