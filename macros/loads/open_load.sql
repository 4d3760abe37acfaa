{#- on-run-start. Registers the delivery in the folder (load_dir, RA_RAW_PATH) as a load, before the first model reads
    it. All checks come first: a delivery that cannot be taken stops here with a message and leaves nothing.

    A load is taken in whole or not at all, and an interrupted one goes on where it stopped: each typed staging table
    records in load_progress that it holds a load, in one transaction with the rows, and stg_issuer__loads shows the load
    to later rooms only when all of its files are there. So a killed process leaves nothing to be cleaned up. -#}
{% macro open_load() %}
    {%- if not execute or flags.WHICH not in ["run", "build"] -%}
        {{ return("") }}
    {%- endif -%}
    {%- if target.name == "slim" -%}
        {%- do db_bootstrap() -%}
        {%- do adopt_production_loads() -%}
        {{ return("") }}
    {%- endif -%}
    {%- set tables = selected_raw_tables() -%}
    {%- if not tables -%}
        {{ return("") }}
    {%- endif -%}

    {%- do check_vars_hold_no_jinja() -%}
    {%- do db_bootstrap() -%}
    {%- set delivery = delivery_at(raw_path()) -%}
    {%- set loads = run_query(
        "select load_id, strftime(load_timestamp, '%Y-%m-%d %H:%M:%S.%f') as made_at, content_hash,"
        ~ " status from " ~ loads_relation("load_batches") ~ " where status != 'abandoned'"
        ~ " order by load_timestamp, load_id"
    ).rows -%}
    {%- do require_delivered_tables(delivery, tables) -%}
    {%- if flags.FULL_REFRESH -%}
        {%- do require_unchanged_files() -%}
    {%- endif -%}

    {%- set loaded = [] -%}
    {%- for load in loads -%}
        {%- if load["status"] == "loaded" -%}
            {%- do loaded.append(load) -%}
        {%- elif delivery.files and load["content_hash"] == delivery.content_hash -%}
            {{ log("Load " ~ load["load_id"] ~ " was interrupted: going on with it", info=true) }}
            {{ return("") }}
        {%- endif -%}
    {%- endfor -%}

    {%- if delivery.files and is_new_delivery(delivery, loaded) -%}
        {%- do require_later_delivery(delivery, loaded) -%}
        {%- do abandon_unfinished_loads() -%}
        {%- do register_load(delivery) -%}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}
