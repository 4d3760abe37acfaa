-- A comparison or decomposition names each scenario once, and one run at either end of the change.
select
    batch_id,
    count(*) - count(distinct scenario_name) as repeated_scenario_count,
    count_if(role = 'from') as from_count,
    count_if(role = 'to') as to_count
from {{ source('runs', 'batch_runs') }}
group by all
having repeated_scenario_count != 0 or from_count != 1 or to_count != 1
