{#- The run_id that a var means: a run_id, `latest`, or a run_description (the newest completed scoring run that has it).
    Anything else is an error that lists the newest runs that would fit.

    where: the var, or the key in a specification, that holds the label; errors begin with it. -#}
{% macro resolve_scoring_run(label, where) %}
    {%- set text = label | string | trim -%}
    {%- set is_uuid = modules.re.match("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", text) -%}
    {%- if label is none or text == "" -%}
        {%- set problem = "is not given" -%}
    {%- elif text == "latest" -%}
        {%- set run_id = latest_run("scoring") -%}
        {%- set problem = "is 'latest', and no scoring run has completed yet" -%}
    {%- elif is_uuid -%}
        {%- set rows = run_query(
            "select analysis_type, status from " ~ runs_relation("run_registry")
            ~ " where run_id = " ~ sql_literal(text | lower)
        ).rows -%}
        {%- if not rows -%}
            {%- set problem = "names the run " ~ text ~ ", which the registry does not know" -%}
        {%- elif rows[0]["analysis_type"] != "scoring" -%}
            {%- set problem = "names the run " ~ text ~ ", which is a " ~ rows[0]["analysis_type"] ~ " run and has no scores" -%}
        {%- elif rows[0]["status"] != "completed" -%}
            {%- set problem = "names the run " ~ text ~ ", which is " ~ rows[0]["status"] ~ " and has no results" -%}
        {%- else -%}
            {%- set run_id = text | lower -%}
        {%- endif -%}
    {%- else -%}
        {%- set run_id = latest_run("scoring", text) -%}
        {%- set problem = "is '" ~ text ~ "', and no completed scoring run has that run_description" -%}
    {%- endif -%}
    {%- if run_id -%}
        {{ return(run_id) }}
    {%- endif -%}

    {%- set fitting = [] -%}
    {%- for row in run_query(
        "select run_id, strftime(started_at, '%Y-%m-%d %H:%M') as started_at, run_description, model_year,"
        ~ " benefit_year from " ~ runs_relation("run_registry") ~ " where status = 'completed'"
        ~ " and analysis_type = 'scoring' order by run_number desc limit 5"
    ).rows -%}
        {%- do fitting.append(
            "  " ~ row["run_id"] ~ "  " ~ row["started_at"] ~ "  tables " ~ row["model_year"] ~ ", data "
            ~ row["benefit_year"] ~ (", " ~ row["run_description"] if row["run_description"] else "")
        ) -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        where ~ " " ~ problem ~ ". Give a run_id, a run_description, or latest. "
        ~ ("The newest scoring runs that would fit:\n" ~ fitting | join("\n") if fitting
           else "There is none yet: score first, dbt build --select +tag:scoring")
    ) }}
{% endmacro %}
