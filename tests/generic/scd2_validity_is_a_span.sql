{#- A version lives from a load to a later one, or on: it starts before it ends, and was made when it starts. -#}
{% test scd2_validity_is_a_span(model) %}

select
    count(*) as version_count,
    min(validity_start_ts) as first_start_ts
from {{ model }}
where
    validity_start_ts is null
    or validity_end_ts is null
    or validity_start_ts >= validity_end_ts
    or validity_end_ts > timestamp '9999-12-31 00:00:00'
    or created_at is distinct from validity_start_ts
having count(*) > 0

{% endtest %}
