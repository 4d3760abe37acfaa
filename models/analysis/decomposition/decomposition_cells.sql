{{ config(materialized="table") }}

-- Grain: batch_id, scenario_name, scored_by, hios_plan_id, metal_level, age_band, model: sums over the members of a run
-- whom exactly the runs in scored_by score.
-- The one place that reads members: which population a driver is measured on, and who stands in for whom, follows from
-- the runs that score a member, so that all states are sums of these cells.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

used as (
    -- A scenario that the analysis does not use says nothing about its members.
    select distinct
        batch_id,
        unnest(list_append(scored_by, valued_scenario)) as scenario_name
    from {{ ref('decomposition_terms') }}
),

scenarios as (
    select
        batch_runs.batch_id,
        batch_runs.scenario_name,
        batch_runs.run_id,
        batch.specification ->> '$.analysis.metric' in ('member_month_mean', 'dollars') as has_months,
        -- The baseline first, the actual last: in this order a member's segment is looked for.
        row_number() over (
            partition by batch_runs.batch_id
            order by
                batch_runs.role is not distinct from 'from' desc,
                batch_runs.role is not distinct from 'to',
                batch_runs.position
        ) as scenario_number
    from {{ source('runs', 'batch_runs') }} as batch_runs
    inner join batch on batch_runs.batch_id = batch.batch_id
    inner join used
        on batch_runs.batch_id = used.batch_id and batch_runs.scenario_name = used.scenario_name
),

ages as (
    -- The bands of the tables of the first run.
    select distinct
        age_bands.model,
        age_bands.age_last,
        age_bands.age_band
    from {{ ref('age_bands') }} as age_bands
    inner join {{ source('runs', 'run_registry') }} as runs on age_bands.model_year = runs.model_year
    inner join scenarios on runs.run_id = scenarios.run_id and scenarios.scenario_number = 1
),

points as (
    select
        scenarios.scenario_number,
        segments.member_id,
        sum(segments.risk_score * segments.member_months) as points,
        cast(sum(segments.member_months) as decimal(9, 6)) as member_months
    from {{ ref('risk_score_segments') }} as segments
    inner join scenarios on segments.run_id = scenarios.run_id and scenarios.has_months
    group by all
),

scored as (
    select
        scenarios.scenario_number,
        members.member_id,
        members.hios_plan_id,
        members.metal_level,
        members.age_last,
        members.model,
        cast(
            case when scenarios.has_months then points.points else members.risk_score end as decimal(23, 11)
        ) as score,
        cast(
            case when scenarios.has_months then members.rxc_score * points.member_months else members.rxc_score end
            as decimal(23, 11)
        ) as rxc_score,
        cast(case when scenarios.has_months then points.member_months else 1 end as decimal(9, 6)) as weight
    from {{ ref('risk_score_members') }} as members
    inner join scenarios on members.run_id = scenarios.run_id
    left join points
        on scenarios.scenario_number = points.scenario_number and members.member_id = points.member_id
),

members as (
    select
        member_id,
        bit_or(cast(1 as hugeint) << cast(scenario_number - 1 as integer)) as scored_by_bits,
        arg_min(
            { 'hios_plan_id': hios_plan_id, 'metal_level': metal_level, 'age_last': age_last, 'model': model },
            scenario_number
        ) as segment
    from scored
    group by all
),

sums as (
    select
        scored.scenario_number,
        members.scored_by_bits,
        members.segment,
        count(*) as member_count,
        sum(scored.score) as score,
        sum(scored.rxc_score) as rxc_score,
        sum(scored.weight) as weight
    from scored
    inner join members on scored.member_id = members.member_id
    group by all
),

patterns as (
    select
        patterns.scored_by_bits,
        list(scenarios.scenario_name order by scenarios.scenario_number) as scored_by
    from (select distinct scored_by_bits from members) as patterns
    inner join scenarios
        on (patterns.scored_by_bits >> cast(scenarios.scenario_number - 1 as integer)) & 1 = 1
    group by all
),

final as (
    select
        scenarios.batch_id,
        scenarios.scenario_name,
        patterns.scored_by,
        sums.segment['hios_plan_id'] as hios_plan_id,
        sums.segment['metal_level'] as metal_level,
        coalesce(ages.age_band, '(unknown)') as age_band,
        sums.segment['model'] as model,
        cast(sum(sums.member_count) as bigint) as member_count,
        cast(sum(sums.score) as decimal(38, 11)) as score,
        cast(sum(sums.rxc_score) as decimal(38, 11)) as rxc_score,
        cast(sum(sums.weight) as decimal(38, 6)) as weight
    from sums
    inner join scenarios on sums.scenario_number = scenarios.scenario_number
    inner join patterns on sums.scored_by_bits = patterns.scored_by_bits
    left join ages on sums.segment['model'] = ages.model and sums.segment['age_last'] = ages.age_last
    group by all
)

select * from final
