{#- dbt's source, without the name of the database where that is the target's own: see ref.

    In target slim, sources lie in production's database (see profiles.yml), and the run registry, which this run writes
    itself, in the target's own. -#}
{% macro source() %}
    {%- set relation = builtins.source(*varargs, **kwargs) -%}
    {%- if relation.database == target.database or relation.schema == runs_relation("run_registry").schema -%}
        {{ return(relation.include(database=false)) }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
