{#- The selected models that write results of a run. Views and the intermediate tables carry the same tags but no
    run_id: rebuilding them alone is no run. -#}
{% macro selected_run_models() %}
    {%- set result_schemas = [target.schema ~ "_runs", target.schema ~ "_analytics"] -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources -%}
        {%- if node.resource_type == "model" and node.schema in result_schemas
            and node.config.materialized in ["table", "incremental"] -%}
            {%- do found.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
