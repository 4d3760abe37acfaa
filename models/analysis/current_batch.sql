{{ config(materialized="table", tags=["comparison", "decomposition"]) }}

-- Grain: one row in all, the comparison or decomposition in progress; none in any other build.
-- The models of this room join it, so that a build which is no comparison adds nothing to them.

with

registered as (
    select * from {{ source('runs', 'run_registry') }}
),

batch_runs as (
    select * from {{ source('runs', 'batch_runs') }}
),

ends as (
    select
        batch_id,
        max(run_id) filter (where role = 'from') as run_id_a,
        max(run_id) filter (where role = 'to') as run_id_b
    from batch_runs
    group by all
),

final as (
    select
        registered.run_id as batch_id,
        registered.analysis_type,
        registered.run_timestamp,
        registered.started_at,
        registered.group_id,
        registered.run_description,
        ends.run_id_a,
        ends.run_id_b,
        case when registered.analysis_type = 'decomposition' then registered.resolved_vars -> 'decomposition' end
            as specification
    from registered
    inner join ends on registered.run_id = ends.batch_id
    where
        registered.invocation_id = '{{ invocation_id }}'
        and registered.status = 'started'
)

select * from final
