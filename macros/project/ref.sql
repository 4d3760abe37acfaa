{#- dbt's ref, without the name of the database where that is the target's own. A view stores the names that it reads: with
    the database in them, a DuckDB file that was renamed or copied under another name would have broken views. Relations
    of other databases (attached for --defer) keep theirs. -#}
{% macro ref() %}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if relation.database == target.database -%}
        {{ return(relation.include(database=false)) }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
