{#- Whole years from one date to another, as CMS counts age: the difference of the dates read as the numbers yyyymmdd,
    without the last four digits. Somebody born on 29 February turns a year older on 1 March of a common year. Before
    the first date the answer is negative, where date functions would say zero: the caller decides what that means. -#}
{% macro whole_years(from_date, to_date) -%}
    cast(floor((
        (year({{ to_date }}) * 10000 + month({{ to_date }}) * 100 + day({{ to_date }}))
        - (year({{ from_date }}) * 10000 + month({{ from_date }}) * 100 + day({{ from_date }}))
    ) / 10000) as integer)
{%- endmacro %}
