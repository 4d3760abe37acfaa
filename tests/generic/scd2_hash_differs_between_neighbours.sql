{#- Two versions of a key that touch differ in attr_hash: if they did not, nothing changed and there should be one.
    After a gap the same state may return. -#}
{% test scd2_hash_differs_between_neighbours(model, natural_key) %}

with

neighbours as (
    select
        validity_end_ts,
        attr_hash,
        lead(validity_start_ts) over by_key as next_start_ts,
        lead(attr_hash) over by_key as next_attr_hash
    from {{ model }}
    window by_key as (
        partition by {{ natural_key | join(", ") }}
        order by validity_start_ts, validity_end_ts
    )
)

select
    count(*) as equal_neighbour_count,
    min(next_start_ts) as first_ts
from neighbours
where
    next_start_ts = validity_end_ts
    and next_attr_hash is not distinct from attr_hash
having count(*) > 0

{% endtest %}
