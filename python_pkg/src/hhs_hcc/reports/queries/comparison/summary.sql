-- One row: how many members the two runs have, and from what move on a score counts as changed and as a large move.
select
    summary.matched_count,
    summary.a_only_count,
    summary.b_only_count,
    summary.changed_count,
    summary.matched_count - summary.changed_count as unchanged_count,
    summary.increased_count,
    summary.decreased_count,
    cast(summary.tolerance as double) as tolerance,
    cast(batch.resolved_vars ->> 'large_score_move' as double) as large_score_move
from main_analytics.comparison_summary as summary
inner join main_runs.run_registry as batch on summary.batch_id = batch.run_id
where
    summary.batch_id = $batch_id
    and batch.status = 'completed'
