-- No room reads a room after it, and every model stands in a room.
-- The linter would indent the Jinja statements as if they were SQL.
-- noqa: disable=LT02
{%- set rooms = [
    "seeds", "staging", "snapshots", "warehouse", "marts", "what_if", "intermediate", "scoring", "analysis",
    "monitoring",
] -%}

{#- {node id: room}, for the nodes of this project. -#}
{%- set room_of = {} -%}
{%- for node in graph.nodes.values() if node.package_name == project_name -%}
    {%- if node.resource_type == "model" -%}
        {%- do room_of.update({node.unique_id: node.fqn[1]}) -%}
    {%- elif node.resource_type in ["seed", "snapshot"] -%}
        {%- do room_of.update({node.unique_id: node.resource_type ~ "s"}) -%}
    {%- endif -%}
{%- endfor -%}

{%- set findings = [] -%}
{%- for node_id, room in room_of.items() -%}
    {%- set node = graph.nodes[node_id] -%}
    {%- if room not in rooms -%}
        {%- do findings.append(node.original_file_path ~ " stands in no room") -%}
    {%- else -%}
        {%- for parent_id in node.depends_on.nodes if room_of.get(parent_id) in rooms -%}
            {%- if rooms.index(room_of[parent_id]) > rooms.index(room) -%}
                {%- do findings.append(
                    room ~ "/" ~ node.name ~ " reads " ~ room_of[parent_id] ~ "/" ~ graph.nodes[parent_id].name
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor %}

select unnest(from_json({{ sql_literal(tojson(findings | sort)) }}, '["varchar"]')) as finding
