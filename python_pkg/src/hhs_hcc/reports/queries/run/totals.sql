-- One row: the run as a whole. The score is weighted by member months, as the transfer formula weights it.
with

segments as (
    select
        sum(member_months) as member_months,
        sum(risk_score * member_months) as points
    from main_runs.risk_score_segments
    where run_id = $run_id
),

members as (
    select
        count(*) as member_count,
        count(*) filter (where hcc_list is not null) as hcc_member_count
    from main_runs.risk_score_members
    where run_id = $run_id
)

select
    members.member_count,
    members.hcc_member_count,
    members.hcc_member_count / members.member_count as hcc_share,
    segments.member_months,
    segments.points / segments.member_months as plrs
from members
cross join segments
