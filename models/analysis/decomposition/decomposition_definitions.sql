-- Grain: batch_id, step_index: the drivers of a decomposition, in the order of a waterfall.
-- Lost members come first and new ones last: between them stands the population of both runs.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

steps as (
    select * from {{ ref('decomposition_steps') }}
),

settings as (
    select
        batch_id,
        specification ->> '$.analysis.method' as method,
        specification ->> '$.analysis.population_mode' as population_mode,
        specification ->> '$.analysis.baseline' as baseline,
        specification ->> '$.analysis.actual' as actual,
        cast(specification ->> '$.analysis.separate_churn' as boolean) as has_churn,
        cast(specification ->> '$.analysis.separate_rx_medical' as boolean) as has_parts,
        json_array_length(specification -> '$.analysis.components') as component_count
    from batch
),

components as (
    -- A component is compared from the scenario of its first step.
    select
        batch_id,
        component_number,
        component_name,
        scenario_name,
        description,
        population_mode,
        from_scenario
    from steps
    where step_number = 1
),

moved as (
    -- A population change is a driver where the component's population gives another figure than that of the total.
    select distinct
        batch_id,
        driver_order
    from {{ ref('decomposition_values') }}
    where impact_value != 0
),

drivers as (
    select
        components.batch_id,
        2 * components.component_number as driver_order,
        components.component_name as driver_name,
        'component' as driver_type,
        coalesce(components.description, case settings.method
            when 'shapley'
                then components.scenario_name || ' in place of what was before it, on average over all orders.'
            else 'From ' || components.from_scenario || ' to ' || components.scenario_name || '.'
        end) as description,
        components.population_mode,
        components.from_scenario,
        components.scenario_name
    from components
    inner join settings on components.batch_id = settings.batch_id

    union all by name

    select
        components.batch_id,
        moved.driver_order,
        'Population change (' || components.component_name || ')' as driver_name,
        'population' as driver_type,
        'What ' || components.component_name || ' does to the population of the total change, beyond what it does to '
        || 'its own.' as description,
        settings.population_mode,
        components.from_scenario,
        components.scenario_name
    from components
    inner join settings on components.batch_id = settings.batch_id
    inner join moved
        on components.batch_id = moved.batch_id and 2 * components.component_number + 1 = moved.driver_order

    union all by name

    select
        settings.batch_id,
        2 * settings.component_count + 2 as driver_order,
        'Interaction' as driver_name,
        'interaction' as driver_type,
        case settings.method
            when 'sequential' then 'What the components leave: from the last of them to ' || settings.actual || '.'
            else 'What the components do together, beyond the sum of what each does alone.'
        end as description,
        settings.population_mode,
        case settings.method when 'sequential' then components.scenario_name else settings.baseline end
            as from_scenario,
        settings.actual as scenario_name
    from settings
    inner join components
        on settings.batch_id = components.batch_id and settings.component_count = components.component_number
    where settings.method != 'shapley'

    union all by name

    select
        batch_id,
        1 as driver_order,
        'Lost members' as driver_name,
        'churn' as driver_type,
        'Members of ' || baseline || ' whom ' || actual || ' does not score.' as description,
        population_mode,
        baseline as from_scenario,
        baseline as scenario_name
    from settings
    where has_churn

    union all by name

    select
        batch_id,
        2 * component_count + 3 as driver_order,
        'New members' as driver_name,
        'churn' as driver_type,
        'Members of ' || actual || ' whom ' || baseline || ' did not score.' as description,
        population_mode,
        actual as from_scenario,
        actual as scenario_name
    from settings
    where has_churn
),

parts as (
    select
        batch_id,
        unnest(case when has_parts then ['medical', 'rx'] else ['all'] end) as score_part
    from settings
),

final as (
    select
        drivers.batch_id,
        cast(row_number() over (
            partition by drivers.batch_id order by drivers.driver_order, parts.score_part
        ) as integer) as step_index,
        drivers.driver_name || case parts.score_part when 'all' then '' else ' (' || parts.score_part || ')' end
            as driver_name,
        drivers.driver_type,
        drivers.description,
        drivers.population_mode,
        drivers.from_scenario,
        drivers.scenario_name,
        parts.score_part,
        cast(drivers.driver_order as integer) as driver_order
    from drivers
    inner join parts on drivers.batch_id = parts.batch_id
)

select * from final
