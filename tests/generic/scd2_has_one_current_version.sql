{#- The open versions are the roster: every key that the newest load taken by the snapshot delivered has exactly
    one, and nobody else has any. roster is the typed staging table. Loads that staging holds and the snapshot has not
    taken yet do not count. -#}
{% test scd2_has_one_current_version(model, natural_key, roster, snapshot_name) %}

with

newest_load as (
    select load_id from {{ ref('stg_issuer__loads') }}
    where
        source_table = {{ sql_literal(snapshot_name | replace("snap_", "raw_") ~ "s") }}
        and load_id in ({{ loads_taken_by(snapshot_name) }})
    order by load_timestamp desc
    limit 1
),

roster as (
    select {{ natural_key | join(", ") }} from {{ roster }}
    where
        load_id = (select load_id from newest_load)
        and reject_reason is null
),

open_versions as (
    select
        {{ natural_key | join(", ") }},
        count(*) as version_count
    from {{ model }}
    where validity_end_ts = timestamp '9999-12-31 00:00:00'
    group by all
),

findings as (
    select
        case
            when open_versions.version_count is null then 'in the roster, without an open version'
            when roster.{{ natural_key[0] }} is null then 'open version, not in the roster'
            when open_versions.version_count > 1 then 'several open versions'
        end as finding
    from roster
    full join open_versions
        on {% for column in natural_key -%}
            roster.{{ column }} = open_versions.{{ column }}
            {%- if not loop.last %} and {% endif %}
        {%- endfor %}
)

select
    finding,
    count(*) as key_count
from findings
where finding is not null
group by all

{% endtest %}
