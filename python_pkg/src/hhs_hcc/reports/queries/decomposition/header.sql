-- One row: the decomposition as a whole.
select
    batch_name,
    method,
    metric,
    population_mode,
    baseline,
    actual,
    value_before,
    value_after,
    total_change,
    member_count_before,
    member_count_after,
    is_churn_separate,
    is_rx_separate,
    dollars_per_point_pmpm,
    specification
from main_analytics.decomposition
where batch_id = $batch_id
