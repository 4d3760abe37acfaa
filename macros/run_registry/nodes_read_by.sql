{#- The models, seeds and snapshots that the given models read, without those in except_ids. Staged tables that the
    vars claims_view, enrollments_view and members_view replace are left out: nobody reads them in such a run. -#}
{% macro nodes_read_by(models, except_ids) %}
    {%- set replaced = [] -%}
    {%- if run_var("claims_view") is not none -%}
        {%- do replaced.extend(["stg_issuer__claims", "stg_issuer__enrollments", "stg_issuer__members"]) -%}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for model in models -%}
        {%- for node_id in model.depends_on.nodes if node_id in graph.nodes and node_id not in except_ids -%}
            {%- if graph.nodes[node_id].name not in replaced -%}
                {%- do found.update({node_id: graph.nodes[node_id]}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found.values() | sort(attribute="name") | list) }}
{% endmacro %}
