-- Every model, seed, snapshot and source says what it is, and each column in its YAML what it means and how private it
-- is (meta.phi: direct, quasi or none). A seed may say the latter once, for all of its columns.
-- What YAML does not name, dbt does not know: python_pkg/tests/dbt_runs/test_data_dictionary.py looks at the tables.
-- The linter would indent the Jinja statements as if they were SQL.
-- noqa: disable=LT02
{%- set privacy_classes = ["direct", "quasi", "none"] -%}

{%- set described = [] -%}
{%- for node in graph.nodes.values() if node.package_name == project_name -%}
    {%- if node.resource_type in ["model", "seed", "snapshot"] -%}
        {%- do described.append({
            "name": node.resource_type ~ " " ~ node.name,
            "node": node,
            "privacy_class": node.config.meta.get("phi") if node.resource_type == "seed",
        }) -%}
    {%- endif -%}
{%- endfor -%}
{%- for node in graph.sources.values() if node.package_name == project_name -%}
    {%- do described.append({"name": "source " ~ node.source_name ~ "." ~ node.name, "node": node}) -%}
{%- endfor -%}

{%- set findings = [] -%}
{%- for item in described -%}
    {%- if not item.node.description | trim -%}
        {%- do findings.append(item.name ~ " has no description") -%}
    {%- endif -%}
    {%- if not item.node.columns -%}
        {%- do findings.append(item.name ~ " describes no column") -%}
    {%- endif -%}
    {%- for column in item.node.columns.values() -%}
        {%- if not column.description | trim -%}
            {%- do findings.append(item.name ~ ", column " ~ column.name ~ ": no description") -%}
        {%- endif -%}
        {%- set privacy_class = column.meta.get("phi", item.privacy_class) -%}
        {%- if privacy_class not in privacy_classes -%}
            {%- do findings.append(
                item.name ~ ", column " ~ column.name ~ ": meta.phi is " ~ (privacy_class or "missing")
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endfor %}

select unnest(from_json({{ sql_literal(tojson(findings | sort)) }}, '["varchar"]')) as finding
