{#- A key has a gap between two versions only if a load took it away and a later one brought it back: the gap begins and
    ends with loads that hold the key's file (source_table). Anything else is lost history. -#}
{% test scd2_has_no_gap_inside_a_life(model, natural_key, source_table) %}

with

neighbours as (
    select
        validity_end_ts,
        lead(validity_start_ts) over (
            partition by {{ natural_key | join(", ") }}
            order by validity_start_ts, validity_end_ts
        ) as next_start_ts
    from {{ model }}
),

load_times as (
    select load_timestamp from {{ ref('stg_issuer__loads') }}
    where source_table = {{ sql_literal(source_table) }}
)

select
    count(*) as unexplained_gap_count,
    min(validity_end_ts) as first_gap_ts
from neighbours
where
    next_start_ts > validity_end_ts
    and (
        validity_end_ts not in (select load_timestamp from load_times)
        or next_start_ts not in (select load_timestamp from load_times)
    )
having count(*) > 0

{% endtest %}
