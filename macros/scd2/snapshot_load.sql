{#- The load that a snapshot takes now: the oldest of those before it. Without one, the newest that it has taken, which
    changes nothing. Load 0, which no row has, where nothing was ever taken and while dbt only compiles.

    One invocation takes one load, because each load is a state of its own: two at once would leave two open versions of
    a key, or none of the state in between. `dbt build` therefore refuses a backlog; `dbt snapshot` works it off. -#}
{% macro snapshot_load(snapshot_name) %}
    {%- set loads = sort_pending_loads(snapshot_name) -%}
    {%- set waiting = loads.to_take | length -%}
    {%- if waiting > 1 and flags.WHICH == "build" -%}
        {{ exceptions.raise_compiler_error(
            snapshot_name ~ " has " ~ waiting ~ " loads before it (" ~ loads.to_take | map(attribute="load_id")
            | join(", ") ~ "), and each is a state of its own. `dbt snapshot` takes the oldest: run it "
            ~ ("once" if waiting == 2 else (waiting - 1) ~ " times") ~ ", then this command again."
        ) }}
    {%- endif -%}
    {%- if waiting > 0 -%}
        {{ return(loads.to_take[0]) }}
    {%- elif loads.newest_taken is not none -%}
        {{ return(loads.newest_taken) }}
    {%- endif -%}
    {{ return({"load_id": 0, "load_timestamp": "1900-01-01 00:00:00.000000"}) }}
{% endmacro %}
