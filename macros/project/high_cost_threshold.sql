{#- The var high_cost_threshold as a number for SQL. Zero would track every member and a word would stop in the middle
    of a query; both are said here. -#}
{% macro high_cost_threshold() %}
    {%- set value = var("high_cost_threshold") -%}
    {%- set text = value | string | trim -%}
    {%- if value is boolean or not modules.re.match("^[0-9]{1,14}([.][0-9]{1,2})?$", text) or (text | float) <= 0 -%}
        {{ exceptions.raise_compiler_error(
            "The var high_cost_threshold is '" ~ value ~ "', which is no amount. "
            ~ "Give dollars above zero, e.g. --vars '{high_cost_threshold: 50000}'."
        ) }}
    {%- endif -%}
    {{ return(text) }}
{% endmacro %}
