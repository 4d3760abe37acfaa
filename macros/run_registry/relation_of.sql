{#- The built relation of a model, seed or snapshot, or none if it is not in the database. -#}
{% macro relation_of(node) %}
    {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}
