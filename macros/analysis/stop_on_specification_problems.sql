{#- Stops the run with all that was found wrong in a specification, a line each: its path, a colon, what and what next. -#}
{% macro stop_on_specification_problems(problems) %}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            "The var decomposition cannot be used:\n  " ~ problems | join("\n  ")
        ) }}
    {%- endif -%}
{% endmacro %}
