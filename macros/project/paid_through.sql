{#- The run-out cut-off as a SQL date, or none when every claim counts. The pattern comes before the SQL literal, so
    that nothing but a date can get into a query. -#}
{% macro paid_through() %}
    {%- set value = var("paid_through", none) -%}
    {%- if value is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set text = value | string | trim -%}
    {%- set parts = modules.re.match("^([0-9]{4})-([0-9]{2})-([0-9]{2})$", text) -%}
    {%- set is_date = false -%}
    {%- if parts -%}
        {%- set year, month, day = parts.group(1) | int, parts.group(2) | int, parts.group(3) | int -%}
        {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
        {%- set month_lengths = [31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
        {%- set is_date = 1 <= month <= 12 and 1 <= day <= month_lengths[month - 1] -%}
    {%- endif -%}
    {%- if not is_date -%}
        {{ exceptions.raise_compiler_error(
            "The var paid_through is '" ~ value ~ "', which is no date. Give YYYY-MM-DD, or null to count every claim."
        ) }}
    {%- endif -%}
    {{ return("date '" ~ text ~ "'") }}
{% endmacro %}
