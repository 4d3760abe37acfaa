-- One row per part of the score: how much it moved the mean score of the members whom both runs score.
select
    unnest([
        {'part': 'Demographics', 'member_count': matched_count, 'mean_change': matched_mean_demographic_diff},
        {'part': 'HCCs', 'member_count': matched_count, 'mean_change': matched_mean_hcc_diff},
        {'part': 'Drugs (RXCs)', 'member_count': matched_count, 'mean_change': matched_mean_rxc_diff},
        {'part': 'Together', 'member_count': matched_count, 'mean_change': matched_mean_diff},
    ], recursive := true)
from main_analytics.comparison_summary
where batch_id = $batch_id
