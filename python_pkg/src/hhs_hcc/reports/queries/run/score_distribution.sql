-- A row is a bin of scores, from its lower edge up to and without the edge of the next. The first and last are open.
with

edges as (
    select cast('-infinity' as double) as lower_edge
    union all
    select unnest(cast([0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100] as double []))
),

members as (
    select cast(risk_score as double) as risk_score
    from main_runs.risk_score_members
    where run_id = $run_id
)

select
    edges.lower_edge,
    count(*) as member_count,
    sum(members.risk_score) as points
from members
asof inner join edges on members.risk_score >= edges.lower_edge
group by edges.lower_edge
order by edges.lower_edge
