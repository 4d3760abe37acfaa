{#- The value of a var that accepts a short list of words. A misspelt word would otherwise select the last branch of
    some `if` and change scores in silence. -#}
{% macro choice_var(name, accepted) %}
    {%- set value = var(name) -%}
    {%- if value not in accepted -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "'. Accepted: " ~ accepted | join(", ") ~ "."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}
