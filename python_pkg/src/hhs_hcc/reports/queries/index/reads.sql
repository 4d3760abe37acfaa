-- One row per comparison or decomposition and scoring run that it reads.
select distinct
    batch_id,
    run_id,
    min(position) as place
from main_runs.batch_runs
group by batch_id, run_id
order by batch_id, place
