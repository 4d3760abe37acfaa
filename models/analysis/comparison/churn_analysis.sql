-- Grain: batch_id, churn_status, metal_level: who left, who came and who stayed, with their months and scores.
-- The metal level is that of run a, for new members that of run b: where a member was before leaving or changing.

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

metals as (
    select
        run_id,
        member_id,
        metal_level
    from {{ ref('risk_score_members') }}
    where run_id in (select unnest([current_batch.run_id_a, current_batch.run_id_b]) from current_batch)
),

placed as (
    select
        compared.*,
        case compared.match_status when 'a_only' then 'termed' when 'b_only' then 'new' else 'continuing' end
            as churn_status,
        metals.metal_level
    from compared
    inner join metals
        on
            compared.member_id = metals.member_id
            and if(compared.match_status = 'b_only', compared.run_id_b, compared.run_id_a) = metals.run_id
),

final as (
    select
        batch_id,
        coalesce(churn_status, 'total') as churn_status,
        coalesce(metal_level, 'total') as metal_level,
        count(*) as member_count,
        cast(sum(member_months_a) as decimal(18, 6)) as member_months_a,
        cast(sum(member_months_b) as decimal(18, 6)) as member_months_b,
        cast(sum(score_a) / nullif(count(score_a), 0) as decimal(38, 12)) as mean_a,
        cast(sum(score_b) / nullif(count(score_b), 0) as decimal(38, 12)) as mean_b,
        cast(sum(points_a) / nullif(sum(member_months_a), 0) as decimal(38, 12)) as member_month_mean_a,
        cast(sum(points_b) / nullif(sum(member_months_b), 0) as decimal(38, 12)) as member_month_mean_b
    from placed
    group by
        batch_id,
        cube(churn_status, metal_level)
)

select * from final
