{#- A table of the runs schema. The registry's tables are no models (hooks write them before and after every model), so
    ref() cannot name them. -#}
{% macro runs_relation(identifier) %}
    {{ return(api.Relation.create(
        database=target.database, schema=target.schema ~ "_runs", identifier=identifier, type="table"
    )) }}
{% endmacro %}
