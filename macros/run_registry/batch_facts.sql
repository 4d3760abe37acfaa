{#- What the registry remembers of the results of a comparison or decomposition, as {column: SQL}: a hash over the rows of
    its main table, and for a comparison the members that both runs score. -#}
{% macro batch_facts(run, existing) %}
    {%- set results = {
        "comparison": {"table": "run_comparison", "columns": ["member_id", "score_diff"]},
        "decomposition": {"table": "decomposition_scenarios", "columns": ["driver_name", "impact_value"]},
    }[run.analysis_type] -%}
    {%- set relation = runs_relation(results.table).incorporate(path={"schema": target.schema ~ "_analytics"}) -%}
    {%- set of_this_batch = " from " ~ relation ~ " where batch_id = " ~ sql_literal(run.run_id) -%}
    {%- set facts = {} -%}
    {%- if relation.schema ~ "." ~ results.table in existing -%}
        {%- do facts.update({
            "output_hash": "(select case when count(*) > 0 then " ~ content_hash_sql(results.columns) ~ " end"
                ~ of_this_batch ~ ")"
        }) -%}
        {%- if run.analysis_type == "comparison" -%}
            {%- do facts.update({
                "member_count": "(select count_if(match_status = 'matched')" ~ of_this_batch ~ " having count(*) > 0)"
            }) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(facts) }}
{% endmacro %}
