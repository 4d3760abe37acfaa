{#- The year whose CMS tables are applied. Whether tables of that year are loaded is checked when a run opens. -#}
{% macro model_year() %}
    {%- set year = year_var("diy_model_year") -%}
    {%- if year is none -%}
        {{ exceptions.raise_compiler_error(
            "The var diy_model_year is null. Set it to a model year of seeds/cms, e.g. --vars '{diy_model_year: "
            ~ run_started_at.year ~ "}'."
        ) }}
    {%- endif -%}
    {{ return(year) }}
{% endmacro %}
