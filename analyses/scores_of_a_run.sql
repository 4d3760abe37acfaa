-- Every member's score in one run, the highest first: the run of the var run_id, or the newest completed scoring run.
--   dbt compile --select scores_of_a_run --vars '{run_id: …}'
-- then run target/compiled/risk_adjustment/analyses/scores_of_a_run.sql in DuckDB; dbt show would write members into
-- logs/dbt.log.

with

chosen_run as (
    select
        run_id,
        run_description
    from {{ source('runs', 'run_registry') }}
    where
        analysis_type = 'scoring'
        and status = 'completed'
        and run_id = coalesce(lower({{ sql_literal(run_var("run_id")) }}), run_id)
    order by run_number desc
    limit 1
),

final as (
    select
        members.member_id,
        members.model,
        members.metal_level,
        members.hios_plan_id,
        members.age_last,
        members.enrollment_months,
        members.risk_score,
        members.demographic_score,
        members.hcc_score,
        members.rxc_score,
        members.hcc_list,
        members.rxc_list,
        chosen_run.run_description,
        members.run_id
    from {{ ref('risk_score_members') }} as members
    inner join chosen_run on members.run_id = chosen_run.run_id
)

select * from final
order by risk_score desc, member_id asc
