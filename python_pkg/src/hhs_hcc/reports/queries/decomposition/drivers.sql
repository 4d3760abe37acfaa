-- One row per driver and part of the score, in the order of a waterfall.
select
    drivers.step_index,
    definitions.driver_order,
    -- The part stands in a column of its own.
    case drivers.score_part
        when 'all' then drivers.driver_name
        else regexp_replace(drivers.driver_name, ' \((medical|rx)\)$', '')
    end as driver,
    drivers.driver_type,
    drivers.score_part,
    drivers.description,
    drivers.member_count,
    drivers.metric_before,
    drivers.metric_after,
    drivers.impact_value
from main_analytics.decomposition_scenarios as drivers
inner join main_analytics.decomposition_definitions as definitions
    on drivers.batch_id = definitions.batch_id and drivers.step_index = definitions.step_index
where drivers.batch_id = $batch_id
order by drivers.step_index
