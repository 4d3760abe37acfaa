-- What moved a member's score adds up to the difference of the two stored scores, to the last digit.
with

batch as (
    select * from {{ ref('current_batch') }}
),

explained as (
    select
        member_id,
        sum(impact) as impact
    from {{ ref('score_bridge_members') }}
    where batch_id = (select batch.batch_id from batch)
    group by all
),

scores_a as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select batch.run_id_a from batch)
),

scores_b as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select batch.run_id_b from batch)
),

differences as (
    select
        coalesce(scores_a.member_id, scores_b.member_id) as member_id,
        coalesce(scores_b.risk_score, 0) - coalesce(scores_a.risk_score, 0) as score_difference
    from scores_a
    full outer join scores_b on scores_a.member_id = scores_b.member_id
),

unexplained as (
    select *
    from differences
    full outer join explained on differences.member_id = explained.member_id
    where coalesce(differences.score_difference, 0) != coalesce(explained.impact, 0)
)

select count(*) as member_count
from unexplained
having count(*) > 0
