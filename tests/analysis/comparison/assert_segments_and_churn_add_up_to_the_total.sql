-- Every division of the members (metal level, plan, churn status, ...) adds up to the summary: members, months, points.
with

current_batch as (
    select * from {{ ref('current_batch') }}
),

summary as (
    select * from {{ ref('comparison_summary') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

segments as (
    select
        segment_type as division,
        sum(member_count_a) as member_count_a,
        sum(member_count_b) as member_count_b,
        sum(member_months_a) as member_months_a,
        sum(member_months_b) as member_months_b,
        sum(points_a) as points_a,
        sum(points_b) as points_b
    from {{ ref('comparison_by_segment') }}
    where batch_id = (select current_batch.batch_id from current_batch)
    group by all
),

churn as (
    select
        if(metal_level = 'total', 'churn', 'churn by metal level') as division,
        sum(if(mean_a is null, 0, member_count)) as member_count_a,
        sum(if(mean_b is null, 0, member_count)) as member_count_b,
        sum(member_months_a) as member_months_a,
        sum(member_months_b) as member_months_b
    from {{ ref('churn_analysis') }}
    where
        batch_id = (select current_batch.batch_id from current_batch)
        and churn_status != 'total'
    group by all
),

divisions as (
    select * from segments
    union all by name
    select * from churn
)

select divisions.*
from divisions
cross join summary
where
    divisions.member_count_a != summary.member_count_a
    or divisions.member_count_b != summary.member_count_b
    or coalesce(divisions.member_months_a, 0) != summary.member_months_a
    or coalesce(divisions.member_months_b, 0) != summary.member_months_b
    or abs(divisions.points_a / summary.member_months_a - summary.member_month_mean_a) > 1e-9
    or abs(divisions.points_b / summary.member_months_b - summary.member_month_mean_b) > 1e-9
