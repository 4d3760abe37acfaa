-- The waterfall of a decomposition, from the baseline to the actual, in order: the decomposition of the var run_id, or
-- the newest one.
--   dbt show --select drivers_of_a_batch --limit 50 --vars '{run_id: …}'

with

chosen_batch as (
    select run_id as batch_id
    from {{ source('runs', 'run_registry') }}
    where
        analysis_type = 'decomposition'
        and status = 'completed'
        and run_id = coalesce(lower({{ sql_literal(run_var("run_id")) }}), run_id)
    order by run_number desc
    limit 1
),

final as (
    select
        headers.batch_name,
        headers.method,
        headers.metric,
        drivers.step_index,
        drivers.driver_name,
        drivers.driver_type,
        drivers.impact_value,
        sum(drivers.impact_value) over (
            order by drivers.step_index, drivers.driver_name
            rows unbounded preceding
        ) as change_so_far,
        headers.total_change,
        drivers.member_count,
        drivers.description,
        drivers.batch_id
    from {{ ref('decomposition_scenarios') }} as drivers
    inner join {{ ref('decomposition') }} as headers on drivers.batch_id = headers.batch_id
    inner join chosen_batch on drivers.batch_id = chosen_batch.batch_id
)

select * from final
order by step_index, driver_name
