-- One row: a comparison, over the members whom both runs score.
select
    matched_count,
    matched_mean_a,
    matched_mean_b
from main_analytics.comparison_summary
where batch_id = $batch_id
