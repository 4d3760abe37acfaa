-- One row per segment: its PLRS in both runs, and how the mean score moved of members who are in it in both.
-- within_metal and within_state: what plans and rating areas add up to, so that no hidden one is a total less the others.
with

plans as (
    select
        agg_plrs_by_plan.hios_plan_id,
        max(agg_plrs_by_plan.metal_level) as metal_level
    from main_runs.agg_plrs_by_plan as agg_plrs_by_plan
    inner join main_runs.batch_runs as batch_runs on agg_plrs_by_plan.run_id = batch_runs.run_id
    where batch_runs.batch_id = $batch_id
    group by agg_plrs_by_plan.hios_plan_id
)

select
    segments.segment_value,
    plans.metal_level as within_metal,
    case segments.segment_type
        when 'hios_plan_id' then substr(segments.segment_value, 6, 2)
        when 'rating_area' then split_part(segments.segment_value, ' ', 1)
    end as within_state,
    segments.member_count_a,
    segments.member_count_b,
    segments.stayer_count,
    segments.member_month_mean_a as plrs_a,
    segments.member_month_mean_b as plrs_b,
    segments.member_month_mean_b - segments.member_month_mean_a as plrs_change,
    segments.stayer_mean_b - segments.stayer_mean_a as stayer_change
from main_analytics.comparison_by_segment as segments
left join plans on segments.segment_value = plans.hios_plan_id
where
    segments.batch_id = $batch_id
    and segments.segment_type = $segment_type
order by segments.member_count_a + segments.member_count_b desc, segments.segment_value
