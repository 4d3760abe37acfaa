{#- Creates what hooks write to and brings it up to date; safe any number of times.

        dbt run-operation db_bootstrap

    Each migration runs in one transaction with the row that records it, so an interrupted one is as if never begun. A
    database that a newer checkout has migrated is refused: this one does not know what the new columns need. -#}
{% macro db_bootstrap() %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- set recorded = runs_relation("schema_migrations") -%}
    {%- do run_query("create schema if not exists " ~ recorded.without_identifier()) -%}
    {%- set analytics = recorded.incorporate(path={"schema": target.schema ~ "_analytics"}) -%}
    {%- do run_query("create schema if not exists " ~ analytics.without_identifier()) -%}
    {%- do run_query(
        "create table if not exists " ~ recorded ~ " (version integer, name varchar, applied_at timestamp)"
    ) -%}
    {%- set applied = run_query("select version from " ~ recorded).columns[0].values() | map("int") | list -%}
    {%- set known = migrations() -%}
    {%- set newest_known = known | map(attribute="version") | max -%}

    {%- if applied and applied | max > newest_known -%}
        {{ exceptions.raise_compiler_error(
            "The database " ~ target.database ~ " has registry migration " ~ applied | max
            ~ "; this checkout knows only up to " ~ newest_known ~ ". Update the project, or use another database."
        ) }}
    {%- endif -%}

    {%- for migration in known if migration.version not in applied -%}
        {%- do run_query(
            "begin transaction; " ~ migration.statements | join("; ") ~ "; insert into " ~ recorded ~ " values ("
            ~ migration.version ~ ", " ~ sql_literal(migration.name)
            ~ ", current_timestamp at time zone 'UTC'); commit"
        ) -%}
        {{ log("Registry migration " ~ migration.version ~ ": " ~ migration.name, info=true) }}
    {%- endfor -%}
    {{ return("") }}
{% endmacro %}
