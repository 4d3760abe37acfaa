-- A day of a member belongs to one plan; days are added up and services are joined on that promise.
select
    member_id,
    last_covered_date
from {{ ref('int_coverage_spans') }}
qualify last_covered_date >= lead(first_covered_date) over (partition by member_id order by first_covered_date)
