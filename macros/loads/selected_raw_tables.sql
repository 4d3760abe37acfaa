{#- The raw models of the selection, by name: an invocation that has none reads no files. -#}
{% macro selected_raw_tables() %}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources -%}
        {%- if node.resource_type == "model" and node.fqn[1:3] == ["staging", "raw"] -%}
            {%- do names.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{% endmacro %}
