{#- At no moment has a key two versions: with two, facts of that moment would count twice. A failing row shows how
    often, and the first moment; never the key, which can be a person's. -#}
{% test scd2_versions_do_not_overlap(model, natural_key) %}

with

neighbours as (
    select
        validity_end_ts,
        lead(validity_start_ts) over (
            partition by {{ natural_key | join(", ") }}
            order by validity_start_ts, validity_end_ts
        ) as next_start_ts
    from {{ model }}
)

select
    count(*) as overlap_count,
    min(next_start_ts) as first_overlap_ts
from neighbours
where next_start_ts < validity_end_ts
having count(*) > 0

{% endtest %}
