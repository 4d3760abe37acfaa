{#- The loads that a relation behind staging has not taken yet, oldest first, as [{load_id, load_timestamp}]; the time is
    text to be put into a SQL literal. Only loads that are whole. -#}
{% macro pending_loads(relation_name) %}
    {%- set loads = [] -%}
    {%- if execute and flags.WHICH in ["run", "build", "snapshot"] and model.resource_type != "unit_test" -%}
        {%- for row in run_query(
            "select load_id, strftime(load_timestamp, '%Y-%m-%d %H:%M:%S.%f') as load_timestamp from "
            ~ loads_relation("load_batches") ~ " where status = 'loaded' and load_id not in ("
            ~ loads_taken_by(relation_name) ~ ") order by load_batches.load_timestamp, load_id"
        ).rows -%}
            {%- do loads.append({"load_id": row["load_id"] | int, "load_timestamp": row["load_timestamp"]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(loads) }}
{% endmacro %}
