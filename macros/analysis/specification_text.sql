{#- A value of the specification that must be one line of text; a number counts as text. Anything else is added to
    problems. -#}
{% macro specification_text(problems, path, value) %}
    {%- if value is boolean or not (value is string or value is number) or value | string | trim == "" -%}
        {%- do problems.append(path ~ ": is no text.") -%}
        {{ return("") }}
    {%- endif -%}
    {{ return(value | string | trim) }}
{% endmacro %}
