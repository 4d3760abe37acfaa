{#- Post-hook of stg_issuer__loads: the loads that it shows are whole. -#}
{% macro finish_loads() %}
    {%- if works_on_data() %}
update {{ loads_relation("load_batches") }}
set
    status = 'loaded',
    loaded_at = current_timestamp at time zone 'UTC',
    row_count = whole_loads.row_count
from (
    select
        load_id,
        sum(row_count) as row_count
    from {{ this }}
    group by load_id
) as whole_loads
where
    load_batches.load_id = whole_loads.load_id
    and load_batches.status = 'loading'
    {%- endif -%}
{% endmacro %}
