{#- The one list of the registry's columns. To record one more fact, add a row with `since` one above the highest: the
    migration that adds the column follows from it.

    value  the SQL with which open_run fills the column; without it close_run does, or nobody yet. It may name the
           columns of open_run's `opening` row: started_at, git (JSON), tools (JSON).
    since  the migration that created the column; rows with 1 are the first release and stay as they are.
    value_before  the SQL of its value, over all rows, for the runs that were registered before it was there; else null.

    facts: what open_run has found out (run_id, analysis_type, the model year's description); {} when only names and
    types are of interest. -#}
{% macro run_columns(facts={}) %}
    {%- set resolved = facts.get("vars", {}) -%}
    {#- A comparison reads scores of any years and editions: its own vars of scoring say nothing. -#}
    {%- set scoring = resolved if facts.get("analysis_type") == "scoring" else {} -%}
    {%- set next_group = "(select coalesce(max(group_id), 0) + 1 from " ~ runs_relation("run_registry") ~ ")" -%}
    {{ return([
        {"name": "run_id", "type": "varchar", "since": 1, "value": sql_literal(facts.get("run_id"))},
        {"name": "invocation_id", "type": "varchar", "since": 1, "value": sql_literal(invocation_id)},
        {"name": "analysis_type", "type": "varchar", "since": 1, "value": sql_literal(facts.get("analysis_type"))},
        {"name": "status", "type": "varchar", "since": 1, "value": "'started'"},
        {"name": "started_at", "type": "timestamp", "since": 1, "value": "started_at"},
        {"name": "completed_at", "type": "timestamp", "since": 1},
        {"name": "elapsed_seconds", "type": "double", "since": 1},
        {
            "name": "run_timestamp",
            "type": "varchar",
            "since": 1,
            "value": "left(strftime(started_at, '%Y%m%d%H%M%S%f'), 18)",
        },

        {
            "name": "run_description",
            "type": "varchar",
            "since": 1,
            "value": sql_literal(resolved.get("run_description")),
        },
        {
            "name": "group_id",
            "type": "integer",
            "since": 1,
            "value": next_group if resolved.get("group_id") is none else resolved.get("group_id") | string,
        },
        {
            "name": "group_description",
            "type": "varchar",
            "since": 1,
            "value": sql_literal(resolved.get("group_description")),
        },
        {"name": "trigger_source", "type": "varchar", "since": 1, "value": sql_literal(resolved.get("trigger_source"))},
        {"name": "blueprint_id", "type": "varchar", "since": 1, "value": sql_literal(resolved.get("blueprint_id"))},

        {"name": "model_year", "type": "integer", "since": 1, "value": sql_literal(scoring.get("diy_model_year"))},
        {"name": "benefit_year", "type": "integer", "since": 1, "value": sql_literal(scoring.get("benefit_year"))},
        {"name": "model_version", "type": "varchar", "since": 1, "value": sql_literal(facts.get("model_version"))},
        {
            "name": "calculator",
            "type": "varchar",
            "since": 1,
            "value": "'hhs_hcc ' || (tools ->> 'hhs-hcc')",
        },
        {"name": "edition", "type": "varchar", "since": 1, "value": sql_literal(scoring.get("edition"))},
        {
            "name": "unknown_validity",
            "type": "varchar",
            "since": 1,
            "value": sql_literal(scoring.get("unknown_validity")),
        },
        {"name": "mce_edits", "type": "boolean", "since": 1, "value": sql_literal(scoring.get("mce_edits"))},
        {"name": "age_basis", "type": "varchar", "since": 1, "value": sql_literal(scoring.get("age_basis"))},
        {"name": "paid_through", "type": "date", "since": 1, "value": sql_literal(scoring.get("paid_through"))},
        {"name": "is_provisional", "type": "boolean", "since": 1, "value": sql_literal(facts.get("is_provisional"))},
        {
            "name": "provisional_tables",
            "type": "json",
            "since": 1,
            "value": sql_literal(facts.get("provisional_tables")),
        },

        {"name": "resolved_vars", "type": "json", "since": 1, "value": sql_literal(json_text(resolved))},
        {"name": "spec_text", "type": "json", "since": 1, "value": sql_literal(json_text(given_vars()))},
        {
            "name": "spec_hash",
            "type": "varchar",
            "since": 1,
            "value": "sha256(" ~ sql_literal(json_text(given_vars())) ~ ")",
        },
        {"name": "selection", "type": "varchar", "since": 1, "value": sql_literal(selection_text())},
        {"name": "target_name", "type": "varchar", "since": 1, "value": sql_literal(target.name)},

        {"name": "git_branch", "type": "varchar", "since": 1, "value": "git ->> 'branch'"},
        {"name": "git_commit", "type": "varchar", "since": 1, "value": "git ->> 'commit'"},
        {"name": "git_is_dirty", "type": "boolean", "since": 1, "value": "cast(git ->> 'is_dirty' as boolean)"},
        {
            "name": "git_commit_date",
            "type": "timestamptz",
            "since": 1,
            "value": "cast(git ->> 'commit_date' as timestamptz)",
        },
        {"name": "tool_versions", "type": "json", "since": 1, "value": "tools"},
        {"name": "package_hash", "type": "varchar", "since": 1, "value": "package_hash()"},

        {"name": "cms_tables_hash", "type": "varchar", "since": 1},
        {"name": "input_fingerprint", "type": "varchar", "since": 1},
        {"name": "output_hash", "type": "varchar", "since": 1},
        {"name": "member_count", "type": "bigint", "since": 1},
        {"name": "rejected_count", "type": "bigint", "since": 1},
        {"name": "mean_score", "type": "double", "since": 1},
        {"name": "error_summary", "type": "varchar", "since": 1},

        {"name": "load_id", "type": "bigint", "since": 4},
        {"name": "load_timestamp", "type": "timestamp", "since": 4},

        {
            "name": "run_number",
            "type": "bigint",
            "since": 7,
            "value": "(select coalesce(max(run_number), 0) + 1 from " ~ runs_relation("run_registry") ~ ")",
            "value_before": "row_number() over (order by started_at, run_id)",
        },
    ]) }}
{% endmacro %}
