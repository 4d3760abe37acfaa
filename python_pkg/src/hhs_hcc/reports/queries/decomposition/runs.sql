-- One row per scoring run that the decomposition reads.
select
    batch_runs.scenario_name,
    batch_runs.role,
    batch_runs.run_id,
    runs.run_description,
    runs.model_year,
    runs.benefit_year
from main_runs.batch_runs as batch_runs
inner join main_runs.run_registry as runs
    on batch_runs.run_id = runs.run_id and runs.status = 'completed'
where batch_runs.batch_id = $batch_id
order by batch_runs.position
