{#- A value of the specification that must name one of its scenarios; anything else is added to problems. -#}
{% macro specification_scenario(problems, path, value, scenarios) %}
    {%- set name = specification_text(problems, path, value) -%}
    {%- if name and name not in scenarios -%}
        {%- do problems.append(
            path ~ ": " ~ name ~ " is not defined. decomposition.scenarios has: " ~ scenarios | join(", ") ~ "."
            ~ did_you_mean(name, scenarios)
        ) -%}
    {%- endif -%}
    {{ return(name) }}
{% endmacro %}
