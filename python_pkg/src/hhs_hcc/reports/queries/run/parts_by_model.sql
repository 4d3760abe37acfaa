-- A row is a sub-model, and one (model: all) the whole run. Days covered weight the scores, as member months do.
with

months as (
    select
        model,
        sum(member_months) as member_months
    from main_runs.risk_score_segments
    where run_id = $run_id
    group by rollup (model)
),

parts as (
    select
        model,
        count(*) as member_count,
        sum(demographic_score * enrollment_days) / sum(enrollment_days) as demographic_part,
        sum(hcc_score * enrollment_days) / sum(enrollment_days) as hcc_part,
        sum(rxc_score * enrollment_days) / sum(enrollment_days) as rxc_part,
        sum(risk_score * enrollment_days) / sum(enrollment_days) as plrs
    from main_runs.risk_score_members
    where run_id = $run_id
    group by rollup (model)
)

select
    coalesce(parts.model, 'all') as model,
    parts.member_count,
    months.member_months,
    parts.demographic_part,
    parts.hcc_part,
    parts.rxc_part,
    parts.plrs
from parts
inner join months on parts.model is not distinct from months.model
where parts.member_count > 0
order by parts.model nulls last
