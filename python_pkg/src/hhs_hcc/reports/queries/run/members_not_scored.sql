-- A row is a reason why members were not scored.
select
    reject_reason,
    count(*) as member_count
from main_runs.scores_rejected
where run_id = $run_id
group by reject_reason
order by member_count desc, reject_reason
