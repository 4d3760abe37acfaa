{#- A date of the issuer: YYYY-MM-DD, also with a blank or a T and a time behind it, or YYYYMMDD. Anything else is
    null, although DuckDB would read more (2025/3/1, epoch, infinity, a text behind the day), and so are years before
    1900, which no member, claim or span has. `hhs-hcc score` reads the same dates from its files: a test holds them
    equal. -#}
{% macro issuer_date(column) -%}
    {%- set text = "trim(" ~ column ~ ")" -%}
    {%- set day -%}
        case
            when length({{ text }}) = 8
                then left({{ text }}, 4) || '-' || substring({{ text }}, 5, 2) || '-' || right({{ text }}, 2)
            when {{ text }} like '____-__-__' or {{ text }} like '____-__-__ %' or {{ text }} like '____-__-__T%'
                then left({{ text }}, 10)
        end
    {%- endset -%}
    {#- A letter in the place of the last digit would end the number: 2025-10-2x is not the second of October. -#}
    {%- set parsed = "try_cast(" ~ day ~ " as date)" -%}
    case when year({{ parsed }}) between 1900 and 9999 and right({{ day }}, 1) between '0' and '9' then {{ parsed }} end
{%- endmacro %}
