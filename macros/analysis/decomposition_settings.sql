{#- The part `analysis` of a specification without its components, with defaults filled in. What is wrong is added to
    problems. -#}
{% macro decomposition_settings(problems, given, scenarios) %}
    {%- set path = "decomposition.analysis." -%}
    {%- set settings = {} -%}
    {#- The first of each list is the default, but for population_mode. -#}
    {%- for name, accepted in {
        "method": ["sequential", "marginal", "shapley"],
        "metric": ["mean", "member_month_mean", "sum", "dollars"],
        "separate_churn": [false, true],
        "separate_rx_medical": [false, true],
    }.items() -%}
        {%- do settings.update({
            name: specification_choice(problems, path ~ name, given.get(name), accepted, default=accepted[0])
        }) -%}
    {%- endfor -%}
    {%- do settings.update({
        "population_mode": population_mode(
            problems, path ~ "population_mode", given.get("population_mode"), default="intersection"
        ),
        "baseline": specification_scenario(problems, path ~ "baseline", given.baseline, scenarios),
        "actual": specification_scenario(problems, path ~ "actual", given.actual, scenarios),
    }) -%}

    {%- if settings.baseline and settings.baseline == settings.actual -%}
        {%- do problems.append(path ~ "actual: is the baseline itself; there is no change to explain.") -%}
    {%- endif -%}
    {%- if settings.metric == "dollars" and number_var("dollars_per_point_pmpm") is none -%}
        {%- do problems.append(
            path ~ "metric: dollars needs the var dollars_per_point_pmpm, which is not given. It says how many dollars a "
            ~ "point of risk score is worth per member and month; set it beside decomposition."
        ) -%}
    {%- endif -%}
    {%- if settings.separate_churn is sameas true and settings.population_mode != "intersection" -%}
        {%- do problems.append(
            path ~ "separate_churn: true needs population_mode intersection: with " ~ settings.population_mode
            ~ " lost or new members are part of every driver."
        ) -%}
    {%- endif -%}
    {{ return(settings) }}
{% endmacro %}
