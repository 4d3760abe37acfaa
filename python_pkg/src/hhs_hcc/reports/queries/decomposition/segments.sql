-- One row per segment value and driver: the part of the driver that the segment brings.
select
    segments.segment_value,
    definitions.driver_order,
    definitions.driver_type,
    sum(segments.impact_value) as impact_value
from main_analytics.decomposition_by_segment as segments
inner join main_analytics.decomposition_definitions as definitions
    on segments.batch_id = definitions.batch_id and segments.step_index = definitions.step_index
where segments.batch_id = $batch_id and segments.segment_type = $segment_type
group by all
order by all
