-- Runs of every kind, newest first.
--   dbt show --select recent_runs --limit 20

select
    started_at,
    analysis_type,
    status,
    run_description,
    group_id,
    model_year,
    benefit_year,
    edition,
    paid_through,
    member_count,
    round(mean_score, 5) as mean_score,
    is_provisional,
    round(elapsed_seconds, 1) as elapsed_seconds,
    error_summary,
    run_id
from {{ source('runs', 'run_registry') }}
order by started_at desc
