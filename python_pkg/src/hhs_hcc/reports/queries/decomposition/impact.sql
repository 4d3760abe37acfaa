-- The impact: one row per part of the score.
select
    score_part,
    sum(impact_value) as impact_value
from main_analytics.decomposition_scenarios
where batch_id = $batch_id and step_index between $first_step and $last_step
group by score_part
order by score_part
