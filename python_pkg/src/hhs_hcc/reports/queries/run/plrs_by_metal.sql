-- A row is a metal level. Scores are those of the plan segments, weighted by member months.
select
    metal_level,
    count(distinct member_id) as member_count,
    sum(member_months) as member_months,
    sum(risk_score * member_months) / sum(member_months) as plrs,
    sum(raw_risk_score * member_months) / sum(member_months) as raw_plrs
from main_runs.risk_score_segments
where run_id = $run_id
group by metal_level
order by metal_level
