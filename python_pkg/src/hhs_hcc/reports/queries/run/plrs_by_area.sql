-- A row is a rating area. Scores are those of the plan segments, weighted by member months.
select
    coalesce(state, '?') as state,
    coalesce(state, '?') || ' ' || coalesce(rating_area, '?') as area,
    count(distinct member_id) as member_count,
    sum(member_months) as member_months,
    sum(risk_score * member_months) / sum(member_months) as plrs
from main_runs.risk_score_segments
where run_id = $run_id
group by state, rating_area
order by member_months desc, area
