{#- The value of a var of the run: as given on the command line (see given_vars), else its default. -#}
{% macro run_var(name) %}
    {%- set given = given_vars() -%}
    {{ return(given[name] if name in given else var(name)) }}
{% endmacro %}
