{{ config(materialized="table") }}

-- Grain: batch_id, driver_order, side, state_id: the values of the metric that a driver is the difference of.
-- A state is the metric of one run over one population. A driver is a weighted sum of states after less one of states
-- before, written so that all drivers add up to the total change whatever the values of the states are:
--
--     component           its steps, each over the population that its population_mode makes of the two runs
--     population change   the same steps over the frame (the population of the total change), less the component
--     Interaction         the total change over the frame, less all steps over the frame
--     Lost, New members   baseline and actual over the frame, against each over all whom it scores (separate_churn)

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
        specification ->> '$.analysis.method' != 'shapley' as has_interaction,
        specification ->> '$.analysis.population_mode' as population_mode,
        specification ->> '$.analysis.baseline' as baseline,
        specification ->> '$.analysis.actual' as actual,
        cast(specification ->> '$.analysis.separate_churn' as boolean) as has_churn,
        json_array_length(specification -> '$.analysis.components') as component_count
    from batch
),

frames as (
    select
        *,
        case population_mode
            when 'baseline_population' then [baseline]
            when 'scenario_population' then [actual]
            else [baseline, actual]
        end as scored_by,
        -- For a member of the frame whom a run does not score, the baseline (or the actual) stands in: with its values
        -- over the intersection, else with its denominator only, which makes of the missing score a drop.
        [baseline, actual] as stand_ins,
        population_mode = 'intersection' as has_stand_in_score
    from settings
),

sides as (
    select unnest(['before', 'after']) as side
),

step_sides as (
    select
        steps.*,
        sides.side,
        case sides.side when 'before' then steps.from_scenario else steps.to_scenario end as scenario_on_side,
        case sides.side when 'before' then steps.to_scenario else steps.from_scenario end as other_scenario
    from steps
    cross join sides
),

end_sides as (
    select
        frames.*,
        sides.side,
        case sides.side when 'before' then frames.baseline else frames.actual end as scenario_on_side
    from frames
    cross join sides
),

-- Below, `uses` says where a state counts. Component k is driver 2k, its population change 2k + 1, the total change 0,
-- lost members 1; Interaction and new members are the two after the components.

own_states as (
    select
        batch_id,
        scenario_on_side as valued_scenario,
        case population_mode
            when 'baseline_population' then [from_scenario]
            when 'scenario_population' then [to_scenario]
            else [from_scenario, to_scenario]
        end as scored_by,
        [other_scenario] as stand_ins,
        false as has_stand_in_score,
        weight,
        divisor,
        [
            { 'driver_order': 2 * component_number, 'side': side, 'sign': 1 },
            { 'driver_order': 2 * component_number + 1, 'side': side, 'sign': -1 }
        ] as uses
    from step_sides
),

frame_states as (
    select
        step_sides.batch_id,
        step_sides.scenario_on_side as valued_scenario,
        frames.scored_by,
        frames.stand_ins,
        frames.has_stand_in_score,
        step_sides.weight,
        step_sides.divisor,
        [
            { 'driver_order': 2 * step_sides.component_number + 1, 'side': step_sides.side, 'sign': 1 },
            case when frames.has_interaction then {
                'driver_order': 2 * frames.component_count + 2,
                'side': 'before',
                'sign': case step_sides.side when 'after' then 1 else -1 end
            } end
        ] as uses
    from step_sides
    inner join frames on step_sides.batch_id = frames.batch_id
),

end_states as (
    select
        batch_id,
        scenario_on_side as valued_scenario,
        scored_by,
        stand_ins,
        has_stand_in_score,
        1 as weight,
        1 as divisor,
        [
            case when not has_churn then { 'driver_order': 0, 'side': side, 'sign': 1 } end,
            case when has_interaction then { 'driver_order': 2 * component_count + 2, 'side': side, 'sign': 1 } end,
            case
                when has_churn and side = 'before' then { 'driver_order': 1, 'side': 'after', 'sign': 1 }
                when has_churn then { 'driver_order': 2 * component_count + 3, 'side': 'before', 'sign': 1 }
            end
        ] as uses
    from end_sides
),

churn_states as (
    select
        batch_id,
        scenario_on_side as valued_scenario,
        [scenario_on_side] as scored_by,
        [] as stand_ins,
        false as has_stand_in_score,
        1 as weight,
        1 as divisor,
        [
            { 'driver_order': 0, 'side': side, 'sign': 1 },
            {
                'driver_order': case side when 'before' then 1 else 2 * component_count + 3 end,
                'side': side,
                'sign': 1
            }
        ] as uses
    from end_sides
    where has_churn
),

used_states as (
    select * from own_states
    union all by name
    select * from frame_states
    union all by name
    select * from end_states
    union all by name
    select * from churn_states
),

single_uses as (
    select
        batch_id,
        valued_scenario,
        list_sort(list_distinct(scored_by)) as scored_by,
        -- Whoever is scored needs nobody to stand in: the same state is then written the same way.
        case when list_contains(scored_by, valued_scenario) then [] else stand_ins end as stand_ins,
        has_stand_in_score and not list_contains(scored_by, valued_scenario) as has_stand_in_score,
        weight,
        divisor,
        unnest(list_filter(uses, lambda place: place is not null)) as place
    from used_states
),

summed as (
    select
        batch_id,
        place['driver_order'] as driver_order,
        place['side'] as side,
        valued_scenario,
        scored_by,
        stand_ins,
        has_stand_in_score,
        sum(place['sign'] * weight) as weight,
        divisor
    from single_uses
    group by all
),

final as (
    select
        batch_id,
        cast(driver_order as integer) as driver_order,
        side,
        cast(dense_rank() over (
            partition by batch_id order by valued_scenario, scored_by, stand_ins, has_stand_in_score
        ) as integer) as state_id,
        valued_scenario,
        scored_by,
        stand_ins,
        has_stand_in_score,
        cast(weight as integer) as weight,
        divisor
    from summed
    where weight != 0
)

select * from final
