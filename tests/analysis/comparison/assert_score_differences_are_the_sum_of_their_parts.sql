-- What age, HCCs and drugs changed adds up to the change of the score, for each member and on average.
with

current_batch as (
    select * from {{ ref('current_batch') }}
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

members as (
    select count(*) as wrong_count
    from compared
    where
        match_status = 'matched'
        and (
            score_diff is distinct from score_b - score_a
            or score_diff is distinct from demographic_diff + hcc_diff + rxc_diff
        )
),

averages as (
    select count(*) as wrong_count
    from {{ ref('comparison_summary') }}
    where
        batch_id = (select current_batch.batch_id from current_batch)
        -- Each of the four is rounded to twelve decimals.
        and abs(
            matched_mean_demographic_diff + matched_mean_hcc_diff + matched_mean_rxc_diff - matched_mean_diff
        ) > 1e-11
)

select
    members.wrong_count as wrong_members,
    averages.wrong_count as wrong_averages
from members
cross join averages
where
    members.wrong_count > 0
    or averages.wrong_count > 0
