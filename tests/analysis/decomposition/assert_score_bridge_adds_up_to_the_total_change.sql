-- The bars of score_bridge add up to the change of each metric, as the scores themselves give it.
with

batch as (
    select * from {{ ref('current_batch') }}
),

by_members as (
    select
        run_id,
        sum(risk_score) as score,
        avg(risk_score) as mean_score
    from {{ ref('risk_score_members') }}
    where run_id in (select unnest([run_id_a, run_id_b]) from batch)
    group by all
),

by_segments as (
    select
        run_id,
        sum(risk_score * member_months) / sum(member_months) as plrs
    from {{ ref('risk_score_segments') }}
    where run_id in (select unnest([run_id_a, run_id_b]) from batch)
    group by all
),

changes as (
    select
        unnest(['sum', 'mean', 'member_month_mean']) as metric,
        unnest([
            cast(to_members.score - from_members.score as decimal(38, 15)),
            cast(to_members.mean_score - from_members.mean_score as decimal(38, 15)),
            cast(to_segments.plrs - from_segments.plrs as decimal(38, 15))
        ]) as total_change
    from batch
    inner join by_members as from_members on batch.run_id_a = from_members.run_id
    inner join by_members as to_members on batch.run_id_b = to_members.run_id
    inner join by_segments as from_segments on batch.run_id_a = from_segments.run_id
    inner join by_segments as to_segments on batch.run_id_b = to_segments.run_id
),

bars as (
    select
        metric,
        sum(impact_value) as impact_value
    from {{ ref('score_bridge') }}
    where batch_id = (select batch.batch_id from batch)
    group by all
)

select
    changes.metric,
    changes.total_change,
    bars.impact_value
from changes
left join bars on changes.metric = bars.metric
where abs(changes.total_change - coalesce(bars.impact_value, 0)) > 0.000000001
