{#- Checks the vars of a comparison or decomposition before the scoring runs that it needs are made; those may take long.

        dbt run-operation check_analysis --args '{to_come: [2024 tables on 2024 data]}' --vars "$(cat FILE)"

    to_come: run_descriptions of scoring runs that are still to be made. Every other label must name a completed run
    already. -#}
{% macro check_analysis(to_come=[]) %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- set is_comparison = run_var("decomposition") is none -%}
    {%- do check_run_vars() -%}
    {%- do check_analysis_vars("comparison" if is_comparison else "decomposition") -%}
    {%- do db_bootstrap() -%}

    {%- set labels = {} -%}
    {%- if is_comparison -%}
        {%- do labels.update({"run_id_a": run_var("run_id_a"), "run_id_b": run_var("run_id_b")}) -%}
    {%- else -%}
        {%- for name, label in decomposition_specification().scenarios.items() -%}
            {%- do labels.update({"decomposition.scenarios." ~ name: label}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for where, label in labels.items() if label not in to_come and not (to_come and label == "latest") -%}
        {%- do resolve_scoring_run(label, where) -%}
    {%- endfor -%}
{% endmacro %}
