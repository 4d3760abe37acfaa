-- One row per score: what it is in both runs. The PLRS weights each segment by its months, the mean counts each member.
select
    unnest([
        {
            'score': 'PLRS, all members of each run', 'members_a': member_count_a, 'members_b': member_count_b,
            'run_a': member_month_mean_a, 'run_b': member_month_mean_b, 'change': member_month_mean_diff
        },
        {
            'score': 'Mean score, members of both runs', 'members_a': matched_count, 'members_b': matched_count,
            'run_a': matched_mean_a, 'run_b': matched_mean_b, 'change': matched_mean_diff
        },
    ], recursive := true)
from main_analytics.comparison_summary
where batch_id = $batch_id
