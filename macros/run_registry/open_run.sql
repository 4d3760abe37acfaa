{#- on-run-start. Registers the run as `started`, if the selection makes one, before the first model runs. All checks
    come first: a run that cannot work stops here with a message, and leaves no row.

    Nothing here runs inside a transaction of dbt's, so the row stays even if the process is killed right after. -#}
{% macro open_run() %}
    {%- if not execute or flags.WHICH not in ["run", "build"] -%}
        {{ return("") }}
    {%- endif -%}
    {%- set run_models = selected_run_models() -%}
    {%- set analysis_type = analysis_type_of(run_models) -%}
    {%- if analysis_type is none -%}
        {%- if run_models -%}
            {%- do check_analysis_vars(none) -%}
        {%- endif -%}
        {{ return("") }}
    {%- endif -%}

    {%- do check_run_vars() -%}
    {%- do check_analysis_vars(analysis_type) -%}
    {%- do check_run_selection(run_models, analysis_type) -%}
    {%- set is_scoring = analysis_type == "scoring" -%}
    {%- set facts = describe_model_year(model_year()) if is_scoring else {} -%}
    {%- do facts.update({
        "vars": resolved_run_vars(),
        "analysis_type": analysis_type,
        "run_id": (run_var("run_id") or invocation_id) | lower,
    }) -%}

    {%- do db_bootstrap() -%}
    {%- do reap_runs() -%}
    {%- do check_run_id_is_free(facts.run_id) -%}
    {%- do drop_leftover_tables() -%}
    {%- set batch = {"runs": [], "vars": {}} if is_scoring else batch_of(analysis_type) -%}
    {%- do facts.vars.update(batch.vars) -%}

    {%- set names = [] -%}
    {%- set values = [] -%}
    {%- for column in run_columns(facts) if column.value is defined -%}
        {%- do names.append(column.name) -%}
        {%- do values.append(column.value) -%}
    {%- endfor -%}
    {%- set of_this_run = " where run_id = " ~ sql_literal(facts.run_id) -%}
    {%- set batch_rows = [] -%}
    {%- for run in batch.runs -%}
        {%- do batch_rows.append(
            "; insert into " ~ runs_relation("batch_runs") ~ " values (" ~ sql_literal(facts.run_id) ~ ", " ~ loop.index
            ~ ", " ~ sql_literal(run.scenario_name) ~ ", " ~ sql_literal(run.role) ~ ", " ~ sql_literal(run.run_id)
            ~ ", " ~ sql_literal(run.run_label | string) ~ ")"
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        "begin transaction; delete from " ~ runs_relation("run_registry") ~ of_this_run
        ~ "; delete from " ~ runs_relation("run_metrics") ~ of_this_run
        ~ "; delete from " ~ runs_relation("batch_runs") ~ " where batch_id = " ~ sql_literal(facts.run_id)
        ~ batch_rows | join("")
        ~ "; insert into " ~ runs_relation("run_registry") ~ " (" ~ names | join(", ") ~ ")"
        ~ " with opening as materialized ("
        ~ "select current_timestamp at time zone 'UTC' as started_at,"
        ~ " cast(git_provenance(" ~ sql_literal(invocation_args_dict["project_dir"]) ~ ") as json) as git,"
        ~ " cast(tool_versions() as json) as tools)"
        ~ " select " ~ values | join(", ") ~ " from opening; commit"
    ) -%}
    {%- if is_scoring -%}
        {{ log(
            "Run " ~ facts.run_id ~ " started: CMS tables of " ~ facts.vars.diy_model_year ~ ", data of "
            ~ facts.vars.benefit_year ~ (", provisional" if facts.is_provisional else ""), info=true
        ) }}
    {%- else -%}
        {{ log(
            "Run " ~ facts.run_id ~ " started: " ~ analysis_type ~ " of "
            ~ batch.runs | map(attribute="scenario_name") | join(", "), info=true
        ) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}
