{#- Writes run_metrics of a run: seconds per node, rows per table that it wrote (of this run where a table keeps runs),
    and, without a node, the run's own figures. -#}
{% macro record_metrics(run_id, results, existing) %}
    {%- set id = sql_literal(run_id) -%}
    {%- set parts = [] -%}
    {%- for result in results if result.node.resource_type in ["model", "seed", "snapshot"] -%}
        {%- set node = result.node -%}
        {%- do parts.append(
            "select " ~ sql_literal(node.name) ~ ", 'execution_seconds', " ~ result.execution_time
        ) -%}
        {%- set table = (node.schema ~ "." ~ node.alias) | lower -%}
        {%- if result.status == "success" and node.config.materialized != "view" and table in existing -%}
            {%- do parts.append(
                "select " ~ sql_literal(node.name) ~ ", 'row_count', count(*) from " ~ table
                ~ (" where run_id = " ~ id if "run_id" in existing[table] else "")
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for column in ["elapsed_seconds", "member_count", "rejected_count", "mean_score"] -%}
        {%- do parts.append(
            "select null, '" ~ column ~ "', " ~ column ~ " from " ~ runs_relation("run_registry")
            ~ " where run_id = " ~ id ~ " and " ~ column ~ " is not null"
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into " ~ runs_relation("run_metrics") ~ " select " ~ id ~ ", * from ("
        ~ parts | join(" union all ") ~ ")"
    ) -%}
{% endmacro %}
