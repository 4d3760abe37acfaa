{#- A var that must be a number of zero or more, as text for SQL; none if it is null. A word would stop in the middle of
    a query, with the database's message. -#}
{% macro number_var(name) %}
    {%- set value = var(name) -%}
    {%- if value is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set text = value | string | trim -%}
    {%- if value is boolean or not modules.re.match("^[0-9]{1,14}([.][0-9]{1,6})?$", text) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "', which is no number. Give one of zero or more, with at most six "
            ~ "decimals, e.g. --vars '{" ~ name ~ ": 0.5}'."
        ) }}
    {%- endif -%}
    {{ return(text) }}
{% endmacro %}
