-- One row: the newest comparison, over the members whom both runs score.
select
    runs.run_id,
    summary.matched_count,
    summary.matched_mean_a,
    summary.matched_mean_b
from main_runs.run_registry as runs
inner join main_analytics.comparison_summary as summary on runs.run_id = summary.batch_id
where runs.analysis_type = 'comparison' and runs.status = 'completed'
order by runs.started_at desc
limit 1
