-- One row per run, newest first.
select
    run_id,
    analysis_type,
    status,
    started_at,
    elapsed_seconds,
    run_description,
    group_id,
    group_description,
    model_year,
    benefit_year,
    edition,
    is_provisional,
    git_commit,
    git_is_dirty,
    member_count,
    mean_score,
    error_summary
from main_runs.run_registry
order by started_at desc, run_id
