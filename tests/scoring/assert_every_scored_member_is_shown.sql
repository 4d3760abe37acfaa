-- risk_scores shows every scored member of the run once, with a score: its joins lose nobody.
-- Earlier runs were tested when they were made and have not changed since.
with

current_run as (
    select * from {{ ref('current_run') }}
),

scored as (
    select count(*) as member_count
    from {{ ref('risk_score_members') }}
    where run_id = (select current_run.run_id from current_run)
),

shown as (
    select
        count(member_id) as member_count,
        count(risk_score) as score_count
    from {{ ref('risk_scores') }}
    where run_id = (select current_run.run_id from current_run)
)

select
    scored.member_count as scored_member_count,
    shown.member_count as shown_member_count,
    shown.score_count as shown_score_count
from scored
cross join shown
where
    scored.member_count != shown.member_count
    or scored.member_count != shown.score_count
