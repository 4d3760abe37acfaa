{#- Marks runs that never ended (Ctrl-C, kill, power cut) as abandoned and removes their results.

        dbt run-operation reap_runs

    Every run does this before it starts. A `started` row can only be a leftover: DuckDB lets one process write, and
    this one is it. -#}
{% macro reap_runs() %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- do db_bootstrap() -%}
    {%- set leftovers = run_query(
        "select run_id from " ~ runs_relation("run_registry") ~ " where status = 'started' order by started_at"
    ).columns[0].values() | list -%}
    {%- if leftovers -%}
        {%- do end_runs(leftovers, status="abandoned", error_summary="the process ended before the run did") -%}
    {%- endif -%}
    {%- for run_id in leftovers -%}
        {{ log("Run " ~ run_id ~ " never ended: marked as abandoned, its results removed", info=true) }}
    {%- endfor -%}
    {%- if not leftovers and flags.WHICH == "run-operation" -%}
        {{ log("Every run has ended: nothing to reap", info=true) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}
