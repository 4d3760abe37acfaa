-- One row per member, the largest moves of both directions; this page replaces member_id by an invented name.
select
    direction,
    rank,
    member_id,
    round(score_a, 1) as score_a,
    round(score_b, 1) as score_b,
    round(score_diff, 1) as score_diff,
    hcc_added,
    hcc_removed,
    rxc_added,
    rxc_removed
from main_analytics.comparison_top_movers
where batch_id = $batch_id
order by direction desc, rank
