{#- Marks a run as completed, with hashes of what it read and wrote and its headline figures. -#}
{% macro complete_run(run, existing) %}
    {%- set of_this_run = " where run_id = " ~ sql_literal(run.run_id) -%}
    {%- set scores = runs_relation("risk_scores") -%}
    {%- set rejected = runs_relation("scores_rejected") -%}
    {%- set assignments = {
        "status": "'completed'",
        "completed_at": "current_timestamp at time zone 'UTC'",
        "elapsed_seconds": "epoch((current_timestamp at time zone 'UTC') - started_at)",
    } -%}
    {%- if run.analysis_type == "scoring" -%}
        {%- do assignments.update({
            "input_fingerprint": sql_literal(input_fingerprint()),
            "cms_tables_hash": sql_literal(cms_tables_hash(run.model_year)),
        }) -%}
        {%- if not input_views() -%}
            {%- set whole_loads = " from " ~ loads_relation("load_batches") ~ " where status = 'loaded')" -%}
            {%- do assignments.update({
                "load_id": "(select max_by(load_id, (load_timestamp, load_id))" ~ whole_loads,
                "load_timestamp": "(select max(load_timestamp)" ~ whole_loads,
            }) -%}
        {%- endif -%}
        {%- set score_columns = existing.get(scores.schema ~ ".risk_scores", []) -%}
        {%- if "run_id" in score_columns and "member_id" in score_columns and "risk_score" in score_columns -%}
            {%- do assignments.update({
                "member_count": "(select count(*) from " ~ scores ~ of_this_run ~ ")",
                "mean_score": "(select avg(risk_score) from " ~ scores ~ of_this_run ~ ")",
                "output_hash": "(select " ~ content_hash_sql(["member_id", "risk_score"]) ~ " from " ~ scores
                    ~ of_this_run ~ ")",
            }) -%}
        {%- endif -%}
        {%- if "run_id" in existing.get(rejected.schema ~ ".scores_rejected", []) -%}
            {%- do assignments.update({
                "rejected_count": "(select count(*) from " ~ rejected ~ of_this_run ~ ")"
            }) -%}
        {%- endif -%}
    {%- else -%}
        {%- do assignments.update(batch_facts(run, existing)) -%}
    {%- endif -%}
    {%- set parts = [] -%}
    {%- for column, value in assignments.items() -%}
        {%- do parts.append(column ~ " = " ~ value) -%}
    {%- endfor -%}
    {%- do run_query("update " ~ runs_relation("run_registry") ~ " set " ~ parts | join(", ") ~ of_this_run) -%}
{% endmacro %}
