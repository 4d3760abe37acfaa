-- The EDGE submission deadline of these benefit years is the day that CMS announced for them.
with

announced as (
    select t.* from (
        values
        (2021, date '2022-05-02'),
        (2022, date '2023-05-01'),
        (2023, date '2024-04-30'),
        (2024, date '2025-04-30')
    ) as t (benefit_year, announced_date)
)

select
    announced.benefit_year,
    dim_date.edge_submission_deadline,
    announced.announced_date
from announced
left join {{ ref('dim_date') }}
    on announced.benefit_year = dim_date.plan_year
where
    dim_date.edge_submission_deadline is distinct from announced.announced_date
group by all
