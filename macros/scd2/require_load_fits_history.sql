{#- Stops a snapshot if its load would rewrite what is written: if it is older than the newest change, if it is another
    state of a moment that history has already, or if the history that it continues is gone. -#}
{% macro require_load_fits_history(node, natural_key, load, target_exists) %}
    {%- set newest_taken = sort_pending_loads(node.name).newest_taken -%}
    {%- set start_anew = (
        "`dbt run-operation forget_history --args '{snapshot_name: " ~ node.name ~ "}'`, then `dbt snapshot` once for "
        ~ "each load"
    ) -%}
    {%- if not target_exists -%}
        {%- if newest_taken is not none -%}
            {{ exceptions.raise_compiler_error(
                node.name ~ " has taken load " ~ newest_taken.load_id ~ ", and its table is gone. Restore the table, "
                ~ "or write its history anew from the loads in staging: " ~ start_anew ~ "."
            ) }}
        {%- endif -%}
        {{ return("") }}
    {%- elif flags.EMPTY -%}
        {{ exceptions.raise_compiler_error(
            node.name ~ " holds history, and --empty would show it a load without rows: every version would end. Leave "
            ~ "snapshots out (--exclude resource_type:snapshot), or use a database without history."
        ) }}
    {%- endif -%}

    {%- set is_open = "validity_end_ts = timestamp '9999-12-31 00:00:00'" -%}
    {%- set held = run_query(
        "select coalesce(max(load_id), 0) as load_id, strftime(greatest(max(validity_start_ts), max(validity_end_ts)"
        ~ " filter (not " ~ is_open ~ ")), '%Y-%m-%d %H:%M:%S.%f') as changed_at from " ~ this
    ).rows[0] -%}
    {%- set held_until = [held["changed_at"] or "", newest_taken.load_timestamp if newest_taken else ""] | max -%}
    {%- if load.load_timestamp < held_until
        or (load.load_timestamp > held_until and load.load_id <= held["load_id"]) -%}
        {{ exceptions.raise_compiler_error(
            node.name ~ " holds load " ~ held["load_id"] ~ " and the state of " ~ held_until[:19] ~ "; load "
            ~ load.load_id ~ " of " ~ load.load_timestamp[:19] ~ " does not come after it. History is written "
            ~ "forwards, and load ids rise. If " ~ loads_relation("load_batches") ~ " was emptied, restore it; or "
            ~ "write the history anew from the loads in staging: " ~ start_anew ~ "."
        ) }}
    {%- endif -%}

    {%- if load.load_timestamp == held_until -%}
        {%- set different_keys = run_query(
            "select count(*) as key_count from (select * from (" ~ node.compiled_code ~ ") as taken_again) as delivered"
            ~ " full join (select * from " ~ this ~ " where " ~ is_open ~ ") as held using ("
            ~ natural_key | join(", ") ~ ") where delivered.attr_hash is distinct from held.attr_hash"
        ).rows[0]["key_count"] -%}
        {%- if different_keys > 0 -%}
            {{ exceptions.raise_compiler_error(
                node.name ~ " has the state of " ~ load.load_timestamp[:19] ~ " already, and load " ~ load.load_id
                ~ " of the same time differs in " ~ different_keys ~ " keys. Two states of one moment cannot both be "
                ~ "history. If the files changed, deliver them with a later load_timestamp; if staging or the list of "
                ~ "change drivers changed, write the history anew: " ~ start_anew ~ "."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
