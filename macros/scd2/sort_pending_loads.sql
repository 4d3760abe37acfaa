{#- The loads that a snapshot has before it:

        newest_taken   the load whose state it shows; none if it has taken none
        to_take        loads that bring its file, oldest first
        to_skip        ids of loads that change nothing here: they lack its file, or came after a newer one

    A load that came late (allow_older_load) is passed over even when the snapshot has not taken the newer one yet:
    history must not depend on when somebody ran dbt. -#}
{% macro sort_pending_loads(snapshot_name) %}
    {%- set sorted = {"newest_taken": none, "to_take": [], "to_skip": []} -%}
    {#- A unit test knows only the rows that it gives. -#}
    {%- if model.resource_type == "unit_test" -%}
        {{ return(sorted) }}
    {%- endif -%}
    {#- Before the next condition: dbt collects references while parsing. -#}
    {%- set staged_loads = ref("stg_issuer__loads") -%}
    {%- if not execute or flags.WHICH not in ["run", "build", "snapshot"] -%}
        {{ return(sorted) }}
    {%- endif -%}

    {#- Loads with the file, in the order in which they came. -#}
    {%- set loads_with_file = {} -%}
    {%- for row in run_query(
        "select load_id, strftime(load_timestamp, '%Y-%m-%d %H:%M:%S.%f') as load_timestamp, load_id in ("
        ~ loads_taken_by(snapshot_name) ~ ") as is_taken from " ~ staged_loads ~ " where source_table = "
        ~ sql_literal(snapshot_name | replace("snap_", "raw_") ~ "s") ~ " order by load_id"
    ).rows -%}
        {%- set newest_before = loads_with_file.values() | map(attribute="load_timestamp") | max -%}
        {%- set load = {
            "load_id": row["load_id"] | int,
            "load_timestamp": row["load_timestamp"],
            "is_late": newest_before is defined and row["load_timestamp"] < newest_before,
        } -%}
        {%- if newest_before is defined and load.load_timestamp == newest_before and not row["is_taken"] -%}
            {{ exceptions.raise_compiler_error(
                snapshot_name ~ ": load " ~ load.load_id ~ " and an earlier one are both of "
                ~ load.load_timestamp[:19] ~ ". Two states of one moment cannot both be history: deliver the second "
                ~ "again with a later load_timestamp."
            ) }}
        {%- endif -%}
        {%- if row["is_taken"] and not load.is_late -%}
            {%- do sorted.update({"newest_taken": load}) -%}
        {%- endif -%}
        {%- do loads_with_file.update({load.load_id: load}) -%}
    {%- endfor -%}

    {%- for pending in pending_loads(snapshot_name) -%}
        {%- set load = loads_with_file.get(pending.load_id) -%}
        {%- if load is none or load.is_late -%}
            {%- do sorted.to_skip.append(pending.load_id) -%}
        {%- else -%}
            {%- do sorted.to_take.append(load) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- A slim database tries a change; it needs a state to try it on, and no history. -#}
    {%- if target.name == "slim" -%}
        {%- for load in sorted.to_take[:-1] -%}
            {%- do sorted.to_skip.append(load.load_id) -%}
        {%- endfor -%}
        {%- do sorted.update({"to_take": sorted.to_take[-1:]}) -%}
    {%- endif -%}
    {{ return(sorted) }}
{% endmacro %}
