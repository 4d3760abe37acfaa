{#- A var that must be a calendar year, as an integer; none when the var is null. Used by benefit_year and model_year:
    a text such as "2025" comes from the command line, and anything else must stop here rather than in a query. -#}
{% macro year_var(name) %}
    {%- set value = var(name, none) -%}
    {%- if value is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set text = value | string | trim -%}
    {%- if value is boolean or not modules.re.match("^[0-9]{4}$", text)
        or (text | int) < 1900 or (text | int) > 2200 -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "', which is no calendar year. "
            ~ "Give four digits, e.g. --vars '{" ~ name ~ ": " ~ run_started_at.year ~ "}'."
        ) }}
    {%- endif -%}
    {{ return(text | int) }}
{% endmacro %}
