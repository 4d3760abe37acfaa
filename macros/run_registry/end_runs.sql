{#- Gives runs a final status and removes what they have written, in one transaction: a run that did not complete
    leaves its registry row and its metrics, and nothing else. -#}
{% macro end_runs(run_ids, status, error_summary) %}
    {%- set ids = [] -%}
    {%- for run_id in run_ids -%}
        {%- do ids.append(sql_literal(run_id)) -%}
    {%- endfor -%}
    {%- set these_runs = " in (" ~ ids | join(", ") ~ ")" -%}
    {#- When an abandoned run ended, nobody knows. -#}
    {%- set elapsed = ", elapsed_seconds = epoch((current_timestamp at time zone 'UTC') - started_at)" -%}
    {%- set statements = ["begin transaction"] -%}
    {%- for table in result_tables() -%}
        {%- do statements.append("delete from " ~ table.relation ~ " where " ~ table.key ~ these_runs) -%}
    {%- endfor -%}
    {%- do statements.append(
        "update " ~ runs_relation("run_registry") ~ " set status = " ~ sql_literal(status)
        ~ ", error_summary = " ~ sql_literal(error_summary)
        ~ ", completed_at = current_timestamp at time zone 'UTC'"
        ~ (elapsed if status == "failed" else "") ~ " where run_id" ~ these_runs
    ) -%}
    {%- do statements.append("commit") -%}
    {%- do run_query(statements | join("; ")) -%}
{% endmacro %}
