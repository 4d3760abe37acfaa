{#- Stops if a var holds Jinja that var() would evaluate: `{{ run_query('drop ...') }}` for a year must be refused as no year,
    and not be run. Words for people and specifications may quote Jinja, because they are read as given (see
    given_vars). -#}
{% macro check_vars_hold_no_jinja() %}
    {%- set read_as_given = [
        "run_description", "group_description", "trigger_source", "blueprint_id", "run_id_a", "run_id_b", "decomposition",
        "scoring_runs",
    ] -%}
    {%- for name, value in given_vars().items() if name not in read_as_given -%}
        {%- if modules.re.search("[{][{%#]", value | string) -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ name ~ " holds Jinja (braces with {, % or #), which is not evaluated in vars. Give the value "
                ~ "itself."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
