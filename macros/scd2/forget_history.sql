{#- Drops a snapshot and what it has taken, to write its history anew from the loads in staging:

        dbt run-operation forget_history --args '{snapshot_name: snap_member}'

    The only way to lose history, and a deliberate one: --full-refresh leaves snapshots alone. Facts name versions, so
    they have to be rebuilt after it. -#}
{% macro forget_history(snapshot_name) %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == "snapshot" -%}
        {%- do names.append(node.name) -%}
        {%- if node.name == snapshot_name -%}
            {%- set history = api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias, type="table"
            ) -%}
            {%- do run_query(
                "begin transaction; drop table if exists " ~ history ~ "; delete from "
                ~ loads_relation("load_progress") ~ " where relation_name = " ~ sql_literal(snapshot_name) ~ "; commit"
            ) -%}
            {{ log(
                snapshot_name ~ " is forgotten. Run `dbt snapshot` once for each load to write it anew, then rebuild "
                ~ "the facts: dbt build --full-refresh --select path:models/warehouse", info=true
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if snapshot_name not in names -%}
        {{ exceptions.raise_compiler_error(
            "forget_history: there is no snapshot '" ~ snapshot_name ~ "'. Known: " ~ names | sort | join(", ") ~ "."
        ) }}
    {%- endif -%}
{% endmacro %}
