{{ config(materialized="view") }}

-- Grain: group_id, run_settings, segment_type, segment_value, metric: how a figure spreads over the scoring runs of a
-- group.
-- Only runs that differ in nothing but radv_seed are put together: a mean over runs of different tables or data would
-- be a mean of nothing. In a group of unlike runs each stands alone, with a run_count of 1.
-- A view over small tables: there is a row a run and plan, whatever the number of members.

with

runs as (
    select
        run_id,
        group_id,
        model_year,
        benefit_year,
        resolved_vars ->> 'claims_view' as claims_view,
        cast(
            to_json({
                'diy_model_year': model_year,
                'benefit_year': benefit_year,
                'edition': edition,
                'unknown_validity': unknown_validity,
                'mce_edits': mce_edits,
                'age_basis': age_basis,
                'invalid_gender': resolved_vars ->> 'invalid_gender',
                'coerce_gender': resolved_vars ->> 'coerce_gender',
                'paid_through': paid_through,
                'claims_view': resolved_vars ->> 'claims_view',
                'enrollments_view': resolved_vars ->> 'enrollments_view',
                'members_view': resolved_vars ->> 'members_view',
                'radv_drop_rates': resolved_vars -> 'radv_drop_rates'
            }) as varchar
        ) as run_settings,
        mean_score
    from {{ source('runs', 'run_registry') }}
    where
        analysis_type = 'scoring'
        and status = 'completed'
),

plans as (
    select * from {{ ref('agg_plrs_by_plan') }}
),

plan_segments as (
    -- A plan counts for itself, for its metal level and for all.
    select
        run_id,
        unnest([['total', 'total'], ['metal_level', metal_level], ['hios_plan_id', hios_plan_id]]) as segment,
        plrs * member_months as points,
        member_months
    from plans
),

plrs_by_segment as (
    select
        run_id,
        segment[1] as segment_type,
        segment[2] as segment_value,
        cast(sum(points) as double) / cast(sum(member_months) as double) as metric_value
    from plan_segments
    group by all
),

figures as (
    select
        run_id,
        'total' as segment_type,
        'total' as segment_value,
        'mean_score' as metric,
        mean_score as metric_value
    from runs
    union all by name
    select
        *,
        'plrs' as metric
    from plrs_by_segment
),

final as (
    select
        runs.group_id,
        runs.model_year,
        runs.benefit_year,
        runs.claims_view,
        runs.run_settings,
        figures.segment_type,
        figures.segment_value,
        figures.metric,
        count(*) as run_count,
        cast(avg(figures.metric_value) as decimal(14, 6)) as mean_value,
        cast(stddev_samp(figures.metric_value) as decimal(14, 6)) as standard_deviation,
        cast(min(figures.metric_value) as decimal(14, 6)) as min_value,
        cast(quantile_cont(figures.metric_value, 0.05) as decimal(14, 6)) as percentile_5,
        cast(quantile_cont(figures.metric_value, 0.25) as decimal(14, 6)) as percentile_25,
        cast(quantile_cont(figures.metric_value, 0.5) as decimal(14, 6)) as median_value,
        cast(quantile_cont(figures.metric_value, 0.75) as decimal(14, 6)) as percentile_75,
        cast(quantile_cont(figures.metric_value, 0.95) as decimal(14, 6)) as percentile_95,
        cast(max(figures.metric_value) as decimal(14, 6)) as max_value
    from runs
    inner join figures on runs.run_id = figures.run_id
    group by all
)

select * from final
