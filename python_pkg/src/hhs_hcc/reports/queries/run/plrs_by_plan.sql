-- A row is a plan variant. The sixth and seventh character of its id are the state.
select
    hios_plan_id,
    substr(hios_plan_id, 6, 2) as state,
    metal_level,
    csr_variant,
    member_count,
    member_months,
    plrs,
    raw_plrs
from main_runs.agg_plrs_by_plan
where run_id = $run_id
order by member_months desc, hios_plan_id
