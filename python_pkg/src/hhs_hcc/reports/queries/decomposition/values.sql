-- The two values that it is the difference of.
select
    score_part,
    sum(metric_before) as value_before,
    sum(metric_after) as value_after,
    sum(metric_after) - sum(metric_before) as impact_value
from main_analytics.decomposition_scenarios
where batch_id = $batch_id and step_index between $first_step and $last_step
group by score_part
order by score_part
