{#- A population_mode of the specification, of the whole analysis or of one component. -#}
{% macro population_mode(problems, path, value, default) %}
    {{ return(specification_choice(
        problems, path, value, ["intersection", "baseline_population", "scenario_population"], default=default
    )) }}
{% endmacro %}
