{#- Every var with the value that this run uses; the years after their other names have been looked at. -#}
{% macro resolved_run_vars() %}
    {%- set resolved = {} -%}
    {%- for name in run_vars() -%}
        {%- do resolved.update({name: run_var(name)}) -%}
    {%- endfor -%}
    {%- do resolved.update({"diy_model_year": model_year(), "benefit_year": benefit_year()}) -%}
    {{ return(resolved) }}
{% endmacro %}
