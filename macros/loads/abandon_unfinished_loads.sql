{#- Takes back what was staged of loads that never became whole, to make room for another delivery. No later room has
    seen them. -#}
{% macro abandon_unfinished_loads() %}
    {%- set unfinished = run_query(
        "select load_id from " ~ loads_relation("load_batches") ~ " where status = 'loading' order by load_id"
    ).columns[0].values() -%}
    {%- if unfinished | length == 0 -%}
        {{ return("") }}
    {%- endif -%}
    {%- set of_these_loads = " where load_id in (" ~ unfinished | join(", ") ~ ")" -%}
    {%- set statements = ["begin transaction"] -%}
    {%- for table, columns in columns_by_table([target.schema ~ "_staging"]).items() -%}
        {%- if table.endswith("_typed") and "load_id" in columns -%}
            {%- do statements.append("delete from " ~ table ~ of_these_loads) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do statements.append("delete from " ~ loads_relation("load_progress") ~ of_these_loads) -%}
    {%- do statements.append(
        "update " ~ loads_relation("load_batches") ~ " set status = 'abandoned'" ~ of_these_loads
    ) -%}
    {%- do statements.append("commit") -%}
    {%- do run_query(statements | join("; ")) -%}
    {{ log("Load " ~ unfinished | join(", ") ~ " was never finished and is abandoned", info=true) }}
{% endmacro %}
