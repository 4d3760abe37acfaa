{{ config(materialized="table") }}

-- Grain: batch_id, state_id, segment_type, segment_value: the metric of one run over one population.
-- A segment's value is its numerator over the denominator of the whole population: segments then add up to the whole.
-- Values are rounded here, once: differences of them then add up to the last digit.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

cells as (
    select * from {{ ref('decomposition_cells') }}
),

settings as (
    select
        batch.batch_id,
        batch.specification ->> '$.analysis.metric' as metric,
        batch.specification ->> '$.analysis.metric' in ('mean', 'member_month_mean') as is_mean,
        cast(runs.resolved_vars ->> '$.dollars_per_point_pmpm' as decimal(14, 6)) as dollars_per_point_pmpm
    from batch
    inner join {{ source('runs', 'run_registry') }} as runs on batch.batch_id = runs.run_id
),

states as (
    select distinct
        batch_id,
        state_id,
        valued_scenario,
        scored_by,
        stand_ins,
        has_stand_in_score
    from {{ ref('decomposition_terms') }}
),

patterns as (
    select distinct
        batch_id,
        scored_by
    from cells
),

counted as (
    -- Whose sums are taken for the members of a pattern: the run's own, else those of the first that can stand in.
    select
        states.batch_id,
        states.state_id,
        patterns.scored_by,
        list_filter(
            list_prepend(states.valued_scenario, states.stand_ins),
            lambda scenario: list_contains(patterns.scored_by, scenario)
        )[1] as scenario_name,
        scenario_name = states.valued_scenario or states.has_stand_in_score as has_score
    from states
    inner join patterns
        on states.batch_id = patterns.batch_id and list_has_all(patterns.scored_by, states.scored_by)
),

segments as (
    select
        * exclude (hios_plan_id, metal_level, age_band, model),
        unnest(['total', 'hios_plan_id', 'metal_level', 'age_band', 'model']) as segment_type,
        unnest(['total', hios_plan_id, metal_level, age_band, model]) as segment_value
    from cells
),

sums as (
    select
        counted.batch_id,
        counted.state_id,
        segments.segment_type,
        segments.segment_value,
        sum(segments.member_count) as member_count,
        sum(segments.weight) as weight,
        coalesce(sum(segments.score) filter (where counted.has_score), 0) as score,
        coalesce(sum(segments.rxc_score) filter (where counted.has_score), 0) as rxc_score
    from counted
    inner join segments
        on
            counted.batch_id = segments.batch_id
            and counted.scenario_name = segments.scenario_name
            and counted.scored_by = segments.scored_by
    group by all
),

wholes as (
    -- Of every state, also of one over nobody: a sum over nobody is zero, a mean over nobody is an error.
    select
        states.batch_id,
        states.state_id,
        states.valued_scenario,
        settings.metric,
        settings.dollars_per_point_pmpm,
        coalesce(sums.member_count, 0) as member_count,
        case
            when not settings.is_mean then 1
            when sums.weight > 0 then sums.weight
            else error(
                'No member is scored in all of ' || array_to_string(states.scored_by, ', ') || ': the metric '
                || settings.metric || ' has no value there. Take the metric sum, or runs that share members.'
            )
        end as denominator
    from states
    inner join settings on states.batch_id = settings.batch_id
    left join sums
        on states.batch_id = sums.batch_id and states.state_id = sums.state_id and sums.segment_type = 'total'
),

values_of_segments as (
    select
        wholes.batch_id,
        wholes.state_id,
        wholes.valued_scenario,
        coalesce(sums.segment_type, 'total') as segment_type,
        coalesce(sums.segment_value, 'total') as segment_value,
        coalesce(sums.member_count, 0) as member_count,
        wholes.denominator,
        list_transform(
            [coalesce(sums.score, 0), coalesce(sums.rxc_score, 0)],
            lambda numerator: case wholes.metric
                when 'sum' then cast(numerator as decimal(38, 15))
                when 'dollars'
                    then cast(cast(numerator as decimal(24, 11)) * wholes.dollars_per_point_pmpm as decimal(38, 15))
                else cast(numerator / wholes.denominator as decimal(38, 15))
            end
        ) as amounts
    from wholes
    left join sums on wholes.batch_id = sums.batch_id and wholes.state_id = sums.state_id
),

final as (
    select
        batch_id,
        state_id,
        valued_scenario,
        segment_type,
        segment_value,
        cast(member_count as bigint) as member_count,
        cast(denominator as decimal(38, 6)) as denominator,
        -- Twelve places for what is reported, three more for its parts.
        case segment_type when 'total' then cast(round(amounts[1], 12) as decimal(38, 15)) else amounts[1] end
            as metric_value,
        case segment_type when 'total' then cast(round(amounts[2], 12) as decimal(38, 15)) else amounts[2] end
            as rxc_value
    from values_of_segments
)

select * from final
