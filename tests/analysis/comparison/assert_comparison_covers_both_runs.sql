-- Every member of both runs is compared once, and the means are those that the registry has of the runs themselves.
-- A batch without a summary fails, too: it has compared nothing.
with

current_batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'comparison'
),

run_registry as (
    select * from {{ source('runs', 'run_registry') }}
),

summary as (
    select * from {{ ref('comparison_summary') }}
)

select
    current_batch.batch_id,
    summary.member_count_a,
    a.member_count as registered_count_a,
    summary.member_count_b,
    b.member_count as registered_count_b,
    summary.matched_count,
    summary.a_only_count,
    summary.b_only_count
from current_batch
inner join run_registry as a on current_batch.run_id_a = a.run_id
inner join run_registry as b on current_batch.run_id_b = b.run_id
left join summary on current_batch.batch_id = summary.batch_id
where
    summary.batch_id is null
    or summary.member_count_a != a.member_count
    or summary.member_count_b != b.member_count
    or summary.matched_count + summary.a_only_count != a.member_count
    or summary.matched_count + summary.b_only_count != b.member_count
    or abs(summary.mean_a - a.mean_score) > 1e-9
    or abs(summary.mean_b - b.mean_score) > 1e-9
