-- A row is a number of months covered, in CMS's count of days.
select
    enrollment_months,
    count(*) as member_count,
    avg(risk_score) as mean_score
from main_runs.risk_score_members
where run_id = $run_id
group by enrollment_months
order by enrollment_months
