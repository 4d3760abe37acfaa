{#- The scenarios of a specification as {name: run_id, run_description or latest}. -#}
{% macro decomposition_scenario_labels(problems, given) %}
    {%- set scenarios = {} -%}
    {%- if given is mapping -%}
        {%- for name, label in given.items() -%}
            {%- do scenarios.update({
                name | trim: specification_text(problems, "decomposition.scenarios." ~ name, label)
            }) -%}
        {%- endfor -%}
    {%- else -%}
        {%- do problems.append(
            "decomposition.scenarios: is no mapping. Give a name for each run, and its run_id, run_description or latest."
        ) -%}
    {%- endif -%}
    {{ return(scenarios) }}
{% endmacro %}
