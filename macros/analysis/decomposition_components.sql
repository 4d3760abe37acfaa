{#- The components of a specification, each with name, scenario, description and population_mode. What is wrong is added
    to problems. -#}
{% macro decomposition_components(problems, given, scenarios, analysis) %}
    {%- set path = "decomposition.analysis.components" -%}
    {#- Runs of all combinations: two to the power of their number. -#}
    {%- set most = 6 if analysis.method == "shapley" else 50 -%}
    {%- set components = [] -%}
    {%- if given is string or given is mapping or given is not sequence or given | length == 0 -%}
        {%- do problems.append(path ~ ": is no list. Give one {name, scenario} for each driver.") -%}
        {{ return(components) }}
    {%- elif given | length > most -%}
        {%- do problems.append(
            path ~ ": has " ~ given | length ~ " entries; the method " ~ analysis.method ~ " takes at most " ~ most ~ "."
        ) -%}
        {{ return(components) }}
    {%- endif -%}

    {#- Driver names that the results use themselves. -#}
    {%- set taken = ["interaction", "lost members", "new members", "total change"] -%}
    {%- for entry in given -%}
        {%- set here = path ~ "[" ~ loop.index ~ "]" -%}
        {%- do check_specification_keys(
            problems, here, entry, required=["name", "scenario"], optional=["description", "population_mode"]
        ) -%}
        {%- if entry is mapping and entry.get("name") is not none and entry.get("scenario") is not none -%}
            {%- set name = specification_text(problems, here ~ ".name", entry.get("name")) -%}
            {%- set scenario = specification_scenario(problems, here ~ ".scenario", entry.get("scenario"), scenarios) -%}
            {%- if name | lower in taken -%}
                {%- do problems.append(here ~ ".name: " ~ name ~ " is the name of another driver. Choose a name of its own.") -%}
            {%- elif modules.re.search("^population change \\(|\\((medical|rx)\\)$", name | lower) -%}
                {%- do problems.append(
                    here ~ ".name: " ~ name ~ " looks like a part of another driver. Choose another name."
                ) -%}
            {%- endif -%}
            {%- if scenario and scenario == analysis.baseline -%}
                {%- do problems.append(
                    here ~ ".scenario: " ~ scenario ~ " is the baseline itself, from which nothing differs."
                ) -%}
            {%- endif -%}
            {%- do taken.append(name | lower) -%}
            {%- do components.append({
                "name": name,
                "scenario": scenario,
                "description": none if entry.get("description") is none
                    else specification_text(problems, here ~ ".description", entry.get("description")),
                "population_mode": population_mode(
                    problems, here ~ ".population_mode", entry.get("population_mode"), default=analysis.population_mode
                ),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(components) }}
{% endmacro %}
