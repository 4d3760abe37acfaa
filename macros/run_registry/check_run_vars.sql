{#- Stops the run with a clear message if a var cannot be used. Called before anything is written. -#}
{% macro check_run_vars() %}
    {%- do check_vars_hold_no_jinja() -%}
    {%- set accepted_values = run_vars() -%}

    {%- for name in given_vars() if name not in accepted_values -%}
        {{ exceptions.raise_compiler_error(
            "There is no var '" ~ name ~ "'. The vars of a run are: " ~ accepted_values | join(", ") ~ "."
        ) }}
    {%- endfor -%}

    {%- for name, accepted in accepted_values.items() if accepted and run_var(name) not in accepted -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ run_var(name) ~ "'. Accepted: "
            ~ tojson(accepted)[1:-1] | replace('"', "") ~ "."
        ) }}
    {%- endfor -%}

    {%- set run_id = run_var("run_id") -%}
    {%- if run_id is not none
        and not modules.re.match("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", run_id | string) -%}
        {{ exceptions.raise_compiler_error(
            "The var run_id is '" ~ run_id ~ "', which is no UUID. Give one such as " ~ invocation_id
            ~ ", or leave it out: the run then gets one of its own."
        ) }}
    {%- endif -%}

    {%- set group_id = run_var("group_id") -%}
    {%- if group_id is not none
        and (group_id is boolean or not modules.re.match("^[0-9]{1,9}$", group_id | string)) -%}
        {{ exceptions.raise_compiler_error(
            "The var group_id is '" ~ group_id ~ "'. Give an integer from 0 to 999999999, or leave it out: the run "
            ~ "then gets the next free one."
        ) }}
    {%- endif -%}

    {%- do model_year() -%}
    {%- do benefit_year() -%}
    {%- do paid_through() -%}
    {%- for name in ["comparison_tolerance", "calculator_tolerance", "large_score_move", "dollars_per_point_pmpm"] -%}
        {%- do number_var(name) -%}
    {%- endfor -%}
    {%- if not modules.re.match("^[0-9]{1,6}$", run_var("top_mover_count") | string) -%}
        {{ exceptions.raise_compiler_error(
            "The var top_mover_count is '" ~ run_var("top_mover_count") ~ "'. Give a whole number, e.g. 20."
        ) }}
    {%- endif -%}
    {%- do check_input_views() -%}
{% endmacro %}
