{#- on-run-end. Gives the run that open_run registered its end: completed, or failed with its results removed. Does
    nothing for an invocation that registered none.

    An error here would turn a good run into exit code 1, so nothing is touched that the catalog does not list. -#}
{% macro close_run(results) %}
    {%- if not execute or flags.WHICH not in ["run", "build"] -%}
        {{ return("") }}
    {%- endif -%}
    {%- set registry = runs_relation("run_registry") -%}
    {%- if not columns_by_table([registry.schema]).get(registry.schema ~ ".run_registry") -%}
        {{ return("") }}
    {%- endif -%}
    {%- set runs = run_query(
        "select run_id, analysis_type, model_year from " ~ registry
        ~ " where status = 'started' and invocation_id = " ~ sql_literal(invocation_id)
    ).rows -%}
    {%- if runs | length == 0 -%}
        {{ return("") }}
    {%- endif -%}
    {%- set run = {
        "run_id": runs[0]["run_id"], "analysis_type": runs[0]["analysis_type"], "model_year": runs[0]["model_year"]
    } -%}

    {#- Names and statuses only: messages of the database quote values. -#}
    {%- set problems = [] -%}
    {%- for result in results if result.status not in ["success", "pass", "warn", "no-op"] -%}
        {%- do problems.append(result.node.name ~ ": " ~ result.status) -%}
    {%- endfor -%}
    {%- if not results -%}
        {%- do problems.append("nothing ran") -%}
    {%- endif -%}

    {%- set schemas = [registry.schema] -%}
    {%- for result in results if result.node.resource_type in ["model", "seed", "snapshot"] -%}
        {%- do schemas.append(result.node.schema) -%}
    {%- endfor -%}
    {%- set existing = columns_by_table(schemas | unique | list) -%}

    {%- if problems -%}
        {%- do end_runs([run.run_id], status="failed", error_summary=problems | join("; ")) -%}
    {%- else -%}
        {%- do complete_run(run, existing) -%}
    {%- endif -%}
    {%- do record_metrics(run.run_id, results, existing) -%}
    {{ log(
        "Run " ~ run.run_id ~ (" failed, its results removed" if problems else " completed"), info=true
    ) }}
    {{ return("") }}
{% endmacro %}
