-- One row per HCC or RXC: what it adds to the mean score of all members of a run, largest difference first.
select
    variable,
    label,
    member_count_a,
    member_count_b,
    mean_contribution_a,
    mean_contribution_b,
    mean_contribution_b - mean_contribution_a as difference
from main_analytics.comparison_hcc
where batch_id = $batch_id
order by abs(difference) desc, variable
