{{ config(materialized="table") }}

-- Grain: batch_id, component_number, step_number: the comparisons of two runs that measure a component.
-- One a component, but for Shapley values: these average over all orders of the components, which is one comparison for
-- every set of other components that may have come before.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

scenarios as (
    -- A scenario that stands for several components has their scenarios' names, in any order, joined by +.
    select
        batch_id,
        scenario_name,
        list_sort(list_transform(string_split(scenario_name, '+'), lambda part: trim(part))) as parts
    from {{ source('runs', 'batch_runs') }}
    where batch_id in (select batch.batch_id from batch)
),

listed as (
    select
        batch_id,
        specification ->> '$.analysis.method' as method,
        specification ->> '$.analysis.baseline' as baseline,
        specification ->> '$.analysis.actual' as actual,
        from_json(
            specification -> '$.analysis.components',
            '[{"name": "VARCHAR", "scenario": "VARCHAR", "description": "VARCHAR", "population_mode": "VARCHAR"}]'
        ) as components
    from batch
),

components as (
    select
        batch_id,
        method,
        baseline,
        actual,
        len(components) as component_count,
        generate_subscripts(components, 1) as component_number,
        unnest(components) as component
    from listed
),

direct_steps as (
    select
        batch_id,
        component_number,
        1 as step_number,
        case method
            when 'sequential'
                then lag(component['scenario'], 1, baseline) over (partition by batch_id order by component_number)
            else baseline
        end as from_scenario,
        component['scenario'] as to_scenario,
        1 as weight,
        1 as divisor
    from components
    where method in ('sequential', 'marginal')
),

sets as (
    -- A set of components is a number: its bits say which are in.
    select distinct
        batch_id,
        baseline,
        actual,
        component_count,
        unnest(range(1 << component_count)) as component_set
    from components
    where method = 'shapley'
),

set_parts as (
    select
        sets.batch_id,
        sets.baseline,
        sets.actual,
        sets.component_count,
        sets.component_set,
        bit_count(sets.component_set) as set_size,
        list_sort(
            list(components.component['scenario'])
            filter (where sets.component_set & (1 << (components.component_number - 1)) > 0)
        ) as parts
    from sets
    inner join components on sets.batch_id = components.batch_id
    group by all
),

set_scenarios as (
    select
        set_parts.batch_id,
        set_parts.component_count,
        set_parts.component_set,
        set_parts.set_size,
        case
            when set_parts.set_size = 0 then set_parts.baseline
            when set_parts.set_size = set_parts.component_count then set_parts.actual
            else scenarios.scenario_name
        end as scenario_name
    from set_parts
    left join scenarios on set_parts.batch_id = scenarios.batch_id and set_parts.parts = scenarios.parts
),

averaged_steps as (
    select
        components.batch_id,
        components.component_number,
        row_number() over (
            partition by components.batch_id, components.component_number order by sets_before.component_set
        ) as step_number,
        sets_before.scenario_name as from_scenario,
        sets_after.scenario_name as to_scenario,
        factorial(cast(sets_before.set_size as integer))
        * factorial(cast(sets_before.component_count - sets_before.set_size - 1 as integer)) as weight,
        factorial(cast(sets_before.component_count as integer)) as divisor
    from components
    inner join set_scenarios as sets_before
        on
            components.batch_id = sets_before.batch_id
            and sets_before.component_set & (1 << (components.component_number - 1)) = 0
    inner join set_scenarios as sets_after
        on
            components.batch_id = sets_after.batch_id
            and sets_after.component_set = sets_before.component_set | (1 << (components.component_number - 1))
),

steps as (
    select * from direct_steps
    union all by name
    select * from averaged_steps
),

final as (
    select
        steps.batch_id,
        cast(steps.component_number as integer) as component_number,
        cast(steps.step_number as integer) as step_number,
        components.component['name'] as component_name,
        components.component['scenario'] as scenario_name,
        components.component['description'] as description,
        components.component['population_mode'] as population_mode,
        steps.from_scenario,
        steps.to_scenario,
        cast(steps.weight as integer) as weight,
        cast(steps.divisor as integer) as divisor
    from steps
    inner join components
        on steps.batch_id = components.batch_id and steps.component_number = components.component_number
)

select * from final
