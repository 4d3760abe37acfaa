{#- A date of the issuer: YYYY-MM-DD, also with a time behind it, or YYYYMMDD. Anything else is null, and so are
    DuckDB's words (epoch, infinity; strptime turns the latter into a date, hence the substrings) and years before
    1900, which no member, claim or span has. -#}
{% macro issuer_date(column) -%}
    {%- set text = "trim(" ~ column ~ ")" -%}
    {%- set parsed -%}
        try_cast(
            case
                when length({{ text }}) = 8
                    then left({{ text }}, 4) || '-' || substring({{ text }}, 5, 2) || '-' || right({{ text }}, 2)
                when length({{ text }}) >= 10 then {{ text }}
            end as date
        )
    {%- endset -%}
    case when year({{ parsed }}) between 1900 and 9999 then {{ parsed }} end
{%- endmacro %}
