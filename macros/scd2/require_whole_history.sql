{#- Stops a dimension from being built while its snapshot has loads before it: `dbt run` takes no snapshots, and
    facts of a new load would not find the members, plans and providers that came with it. -#}
{% macro require_whole_history(snapshot_name) %}
    {%- set waiting = sort_pending_loads(snapshot_name).to_take | length -%}
    {%- if waiting > 0 -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ": " ~ snapshot_name ~ " has not taken " ~ waiting ~ " of the loads in staging. "
            ~ "`dbt snapshot` takes the oldest: run it " ~ ("once" if waiting == 1 else waiting ~ " times")
            ~ ", then this command again; `dbt build` takes a single one by itself."
        ) }}
    {%- endif -%}
{% endmacro %}
