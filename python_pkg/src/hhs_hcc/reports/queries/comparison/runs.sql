-- One row per run of the comparison, a before b: what the registry knows of it.
select
    if(batch_runs.role = 'from', 'a', 'b') as side,
    registry.*
from main_runs.batch_runs as batch_runs
inner join main_runs.run_registry as registry on batch_runs.run_id = registry.run_id
where
    batch_runs.batch_id = $batch_id
    and batch_runs.role in ('from', 'to')
    and registry.status = 'completed'
order by side
