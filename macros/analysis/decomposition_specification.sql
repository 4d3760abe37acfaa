{#- The var decomposition, checked, with its defaults filled in. Models read what this returns from current_batch, never
    the var. Which runs the scenarios mean is not looked at here (see resolve_scoring_run).

    Everything that is wrong is said at once, a line each, by its path in the file: `components[1]` is the first. -#}
{% macro decomposition_specification() %}
    {%- set given = json_value(run_var("decomposition")) -%}
    {%- set problems = [] -%}

    {%- do check_specification_keys(
        problems, "decomposition", given, required=["batch_name", "scenarios", "analysis"]
    ) -%}
    {%- do stop_on_specification_problems(problems) -%}

    {%- set scenarios = decomposition_scenario_labels(problems, given.scenarios) -%}
    {%- do check_specification_keys(
        problems,
        "decomposition.analysis",
        given.analysis,
        required=["baseline", "actual", "components"],
        optional=["method", "metric", "population_mode", "separate_churn", "separate_rx_medical"],
    ) -%}
    {%- set batch_name = specification_text(problems, "decomposition.batch_name", given.batch_name) -%}
    {%- do stop_on_specification_problems(problems) -%}

    {%- set analysis = decomposition_settings(problems, given.analysis, scenarios) -%}
    {%- do analysis.update({
        "components": decomposition_components(problems, given.analysis.components, scenarios, analysis)
    }) -%}
    {%- do stop_on_specification_problems(problems) -%}

    {%- if analysis.method == "shapley" -%}
        {%- do check_shapley_scenarios(problems, scenarios, analysis) -%}
        {%- do stop_on_specification_problems(problems) -%}
    {%- endif -%}
    {{ return({"batch_name": batch_name, "scenarios": scenarios, "analysis": analysis}) }}
{% endmacro %}
