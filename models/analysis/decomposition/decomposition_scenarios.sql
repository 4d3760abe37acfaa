-- Grain: batch_id, driver_name: what each driver adds to the total change, and the runs that it compares.

with

definitions as (
    select * from {{ ref('decomposition_definitions') }}
    where batch_id in (select current_batch.batch_id from {{ ref('current_batch') }} as current_batch)
),

headers as (
    select * from {{ ref('decomposition') }}
),

impacts as (
    select * from {{ ref('decomposition_values') }}
    where segment_type = 'total'
),

batch_runs as (
    select * from {{ source('runs', 'batch_runs') }}
),

counts as (
    -- Over all states of a driver the largest; the lost and the new are what two of them differ by.
    select
        terms.batch_id,
        terms.driver_order,
        max(states.member_count) as member_count,
        max(states.member_count) - min(states.member_count) as churn_count
    from {{ ref('decomposition_terms') }} as terms
    inner join {{ ref('decomposition_states') }} as states
        on terms.batch_id = states.batch_id and terms.state_id = states.state_id
    where states.segment_type = 'total'
    group by all
),

final as (
    select
        definitions.batch_id,
        definitions.step_index,
        definitions.driver_name,
        definitions.driver_type,
        definitions.score_part,
        definitions.scenario_name,
        from_runs.run_id as from_run_id,
        to_runs.run_id,
        definitions.population_mode,
        case definitions.driver_type when 'churn' then counts.churn_count else counts.member_count end as member_count,
        cast(impacts.value_before as decimal(38, 12)) as metric_before,
        cast(impacts.value_after as decimal(38, 12)) as metric_after,
        cast(impacts.impact_value as decimal(38, 12)) as impact_value,
        case when headers.total_change != 0 then cast(impacts.impact_value as double) / headers.total_change end
            as share_of_total,
        cast(headers.value_before + sum(impacts.impact_value) over (
            partition by definitions.batch_id order by definitions.step_index
        ) as decimal(38, 12)) as running_value,
        definitions.description
    from definitions
    inner join headers on definitions.batch_id = headers.batch_id
    inner join impacts
        on
            definitions.batch_id = impacts.batch_id
            and definitions.driver_order = impacts.driver_order
            and definitions.score_part = impacts.score_part
    inner join counts
        on definitions.batch_id = counts.batch_id and definitions.driver_order = counts.driver_order
    inner join batch_runs as from_runs
        on definitions.batch_id = from_runs.batch_id and definitions.from_scenario = from_runs.scenario_name
    inner join batch_runs as to_runs
        on definitions.batch_id = to_runs.batch_id and definitions.scenario_name = to_runs.scenario_name
)

select * from final
