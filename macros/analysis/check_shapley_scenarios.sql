{#- Shapley values average over all orders of the components, which takes a run for every combination of them: none is the
    baseline, all is the actual, and the others are scenarios named by the names of their components' scenarios joined by
    `+`, in any order. What is missing is added to problems. -#}
{% macro check_shapley_scenarios(problems, scenarios, analysis) %}
    {%- set path = "decomposition.analysis.components" -%}
    {%- set names = [] -%}
    {%- for component in analysis.components -%}
        {%- set here = path ~ "[" ~ loop.index ~ "].scenario: " ~ component.scenario -%}
        {%- if "+" in component.scenario -%}
            {%- do problems.append(here ~ " reads as a combination. Scenarios of components have no + in their names.") -%}
        {%- elif component.scenario in names -%}
            {%- do problems.append(here ~ " is the scenario of an earlier component. Each needs one of its own.") -%}
        {%- endif -%}
        {%- do names.append(component.scenario) -%}
    {%- endfor -%}

    {%- set defined = {} -%}
    {%- for scenario in scenarios -%}
        {%- do defined.setdefault(scenario.split("+") | map("trim") | sort(case_sensitive=true) | join("+"), scenario) -%}
    {%- endfor -%}
    {%- set combinations = [[]] -%}
    {%- for name in names -%}
        {%- for combination in combinations | list -%}
            {%- do combinations.append(combination + [name]) -%}
        {%- endfor -%}
    {%- endfor -%}

    {%- set missing = [] -%}
    {%- for combination in combinations if combination -%}
        {%- set found = defined.get(combination | sort(case_sensitive=true) | join("+")) -%}
        {%- if combination | length == names | length -%}
            {%- if found is not none and found != analysis.actual -%}
                {%- do problems.append(
                    "decomposition.scenarios." ~ found ~ ": the run of all components is analysis.actual ("
                    ~ analysis.actual ~ "). Leave this one out, or name it as the actual."
                ) -%}
            {%- endif -%}
        {%- elif found is none -%}
            {%- do missing.append(combination | join("+")) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- do problems.append(
            "decomposition.scenarios: the method shapley needs the runs of all combinations of components; missing: "
            ~ missing | join(", ") ~ "."
        ) -%}
    {%- endif -%}
{% endmacro %}
