{#- A table in which the hooks of this folder remember deliveries: load_batches, load_files or load_progress. They are no
    models, because they must be there before the first model runs. -#}
{% macro loads_relation(identifier) %}
    {{ return(api.Relation.create(
        database=target.database, schema=target.schema ~ "_raw", identifier=identifier, type="table"
    ).include(database=false)) }}
{% endmacro %}
