{#- The calendar year whose coverage and claims are scored. member_age_basis_year and prediction_year are other names
    for it; a name that somebody took the trouble to set wins over the default of benefit_year. -#}
{% macro benefit_year() %}
    {%- set alias_years = {} -%}
    {%- for alias in ["member_age_basis_year", "prediction_year"] -%}
        {%- set year = year_var(alias) -%}
        {%- if year is not none -%}
            {%- do alias_years.update({alias: year}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if alias_years.values() | unique | list | length > 1 -%}
        {{ exceptions.raise_compiler_error(
            "The vars member_age_basis_year (" ~ alias_years["member_age_basis_year"] ~ ") and prediction_year ("
            ~ alias_years["prediction_year"] ~ ") both name the benefit year and differ. Set only one of them."
        ) }}
    {%- endif -%}
    {%- set year = alias_years.values() | first if alias_years else year_var("benefit_year") -%}
    {%- if year is none -%}
        {{ exceptions.raise_compiler_error(
            "The var benefit_year is null. Set it to the calendar year whose coverage and claims are scored, e.g. "
            ~ "--vars '{benefit_year: " ~ run_started_at.year ~ "}'."
        ) }}
    {%- endif -%}
    {{ return(year) }}
{% endmacro %}
