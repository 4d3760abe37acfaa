{#- A completed run is never overwritten. The id of a failed or abandoned one may be used again. -#}
{% macro check_run_id_is_free(run_id) %}
    {%- set completed = run_query(
        "select strftime(completed_at, '%Y-%m-%d %H:%M') as completed_at from " ~ runs_relation("run_registry")
        ~ " where status = 'completed' and run_id = " ~ sql_literal(run_id)
    ).rows -%}
    {%- if completed | length > 0 -%}
        {{ exceptions.raise_compiler_error(
            "The run " ~ run_id ~ " was completed at " ~ completed[0]["completed_at"] ~ " UTC, and results are never "
            ~ "overwritten. Give another run_id, or leave it out: the run then gets one of its own."
        ) }}
    {%- endif -%}
{% endmacro %}
