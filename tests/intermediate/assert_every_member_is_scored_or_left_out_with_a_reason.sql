-- Every member of the members file, and everybody with coverage in the year, is a candidate; none is both in and out.
with

known_members as (
    select member_id from {{ members_relation() }}
    union
    select member_id from {{ ref('int_coverage_spans') }}
),

candidates as (
    select
        member_id,
        count(*) filter (where reject_reason is null) as scored_count,
        count(*) filter (where reject_reason is not null) as left_out_count
    from {{ ref('int_aca_risk_candidates') }}
    group by member_id
)

select
    known_members.member_id,
    candidates.scored_count,
    candidates.left_out_count
from known_members
full outer join candidates
    on known_members.member_id = candidates.member_id
where
    known_members.member_id is null
    or candidates.member_id is null
    or (candidates.scored_count > 0 and candidates.left_out_count > 0)
