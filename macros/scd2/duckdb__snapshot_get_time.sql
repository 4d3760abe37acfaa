{#- Overrides dbt-duckdb, which takes the clock: versions that a deletion closes would end whenever somebody ran
    dbt, and a replay would write another history. Here they end with the load that no longer had them. -#}
{% macro duckdb__snapshot_get_time() -%}
    {%- if model.config.strategy == "attr_hash" -%}
        timestamp '{{ snapshot_load(model.name).load_timestamp }}'
    {%- else -%}
        {{ current_timestamp() }}::timestamp
    {%- endif -%}
{%- endmacro %}
