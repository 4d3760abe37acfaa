-- One row per segment and set of runs: how many members exactly these runs score. The populations that drivers are
-- measured on are made of these sets. A member's segment is that of the first run that scores the member.
with

components as (
    select list(distinct scenario_name) as scenario_names
    from main_analytics.decomposition_definitions
    where batch_id = $batch_id and driver_type = 'component'
),

scenarios as (
    -- A scenario that stands for several components has their scenarios' names, joined by +.
    select
        batch_runs.run_id,
        batch_runs.scenario_name,
        row_number() over (
            order by
                batch_runs.role is not distinct from 'from' desc,
                batch_runs.role is not distinct from 'to',
                batch_runs.position
        ) as scenario_number
    from main_runs.batch_runs as batch_runs
    cross join components
    where
        batch_runs.batch_id = $batch_id
        and (
            batch_runs.role is not null
            or list_has_all(
                components.scenario_names,
                list_transform(string_split(batch_runs.scenario_name, '+'), lambda part: trim(part))
            )
        )
),

ages as (
    select distinct
        age_bands.model,
        age_bands.age_last,
        age_bands.age_band
    from main_analytics.age_bands as age_bands
    inner join main_runs.run_registry as runs on age_bands.model_year = runs.model_year
    inner join scenarios on runs.run_id = scenarios.run_id and scenarios.scenario_number = 1
),

members as (
    select
        members.member_id,
        bit_or(cast(1 as hugeint) << cast(scenarios.scenario_number - 1 as integer)) as scored_by_bits,
        arg_min(
            {
                'hios_plan_id': members.hios_plan_id,
                'metal_level': members.metal_level,
                'age_last': members.age_last,
                'model': members.model
            },
            scenarios.scenario_number
        ) as segment
    from main_runs.risk_score_members as members
    inner join scenarios on members.run_id = scenarios.run_id
    group by members.member_id
),

cells as (
    select
        scored_by_bits,
        segment,
        count(*) as member_count
    from members
    group by all
),

patterns as (
    select
        bits.scored_by_bits,
        list(scenarios.scenario_name order by scenarios.scenario_number) as scored_by
    from (select distinct scored_by_bits from cells) as bits
    inner join scenarios on (bits.scored_by_bits >> cast(scenarios.scenario_number - 1 as integer)) & 1 = 1
    group by all
),

segments as (
    select
        cells.scored_by_bits,
        cells.member_count,
        unnest(['total', 'metal_level', 'model', 'age_band', 'hios_plan_id']) as segment_type,
        unnest([
            'total',
            cells.segment['metal_level'],
            cells.segment['model'],
            coalesce(ages.age_band, '(unknown)'),
            cells.segment['hios_plan_id']
        ]) as segment_value
    from cells
    left join ages on cells.segment['model'] = ages.model and cells.segment['age_last'] = ages.age_last
)

select
    segments.segment_type,
    segments.segment_value,
    patterns.scored_by,
    cast(sum(segments.member_count) as bigint) as member_count
from segments
inner join patterns on segments.scored_by_bits = patterns.scored_by_bits
group by all
order by all
