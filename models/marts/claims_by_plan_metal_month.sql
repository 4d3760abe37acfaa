-- Grain: one row per plan, metal level and calendar month of service with a claim line in force.
-- A plan is what the claim names, in the version that was valid on the day of service.

with

claim_lines as (
    select * from {{ ref('fct_claim_line') }}
    where is_in_force
),

plans as (
    select * from {{ ref('dim_plan') }}
),

planned_lines as (
    -- Every plan_sk stands in dim_plan, -1 too; should one not, its amounts must stay in the sum all the same.
    select
        claim_lines.*,
        coalesce(plans.plan_id, '(unknown)') as plan_id,
        coalesce(plans.metal_tier, '(unknown)') as metal_level
    from claim_lines
    left join plans
        on claim_lines.plan_sk = plans.plan_sk
),

final as (
    select
        plan_id,
        metal_level,
        cast(date_trunc('month', service_date) as date) as month_start_date,
        count(distinct claim_id) as claim_count,
        count(*) as line_count,
        count(distinct member_id) as claimant_count,
        cast(coalesce(sum(charge_amount), 0) as decimal(18, 2)) as charge_amount,
        cast(coalesce(sum(allowed_amount), 0) as decimal(18, 2)) as allowed_amount,
        cast(coalesce(sum(paid_amount), 0) as decimal(18, 2)) as paid_amount,
        cast(coalesce(sum(paid_amount) filter (where claim_type != 'pharmacy'), 0) as decimal(18, 2))
            as medical_paid_amount,
        cast(coalesce(sum(paid_amount) filter (where claim_type = 'pharmacy'), 0) as decimal(18, 2))
            as pharmacy_paid_amount
    from planned_lines
    group by all
)

select * from final
