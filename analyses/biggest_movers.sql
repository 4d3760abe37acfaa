-- The hundred members whose score moved most in a comparison, and what changed: the comparison of the var run_id, or
-- the newest one. Members of one run only have no difference and are left out; churn_analysis counts them.
--   dbt compile --select biggest_movers --vars '{run_id: …}'
-- then run target/compiled/risk_adjustment/analyses/biggest_movers.sql in DuckDB; dbt show would write members into
-- logs/dbt.log.

with

chosen_batch as (
    select
        run_id as batch_id,
        run_description
    from {{ source('runs', 'run_registry') }}
    where
        analysis_type = 'comparison'
        and status = 'completed'
        and run_id = coalesce(lower({{ sql_literal(run_var("run_id")) }}), run_id)
    order by run_number desc
    limit 1
),

final as (
    select
        movers.member_id,
        movers.score_a,
        movers.score_b,
        movers.score_diff,
        movers.demographic_diff,
        movers.hcc_diff,
        movers.rxc_diff,
        movers.hcc_added,
        movers.hcc_removed,
        movers.rxc_added,
        movers.rxc_removed,
        movers.metal_changed,
        movers.csr_changed,
        movers.age_band_changed,
        movers.duration_changed,
        chosen_batch.run_description,
        movers.batch_id
    from {{ ref('run_comparison') }} as movers
    inner join chosen_batch on movers.batch_id = chosen_batch.batch_id
    where movers.match_status = 'matched'
)

select * from final
order by abs(score_diff) desc, member_id asc
limit 100
