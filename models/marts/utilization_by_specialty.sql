-- Grain: one row per specialty and calendar month of service with a claim line in force.
-- The specialty is that of the provider's version valid on the day of service: a provider who changes specialty takes
-- no earlier service along.

with

claim_lines as (
    select * from {{ ref('fct_claim_line') }}
    where is_in_force
),

providers as (
    select * from {{ ref('dim_provider') }}
),

specialised_lines as (
    select
        claim_lines.*,
        coalesce(providers.specialty, '(unknown)') as specialty
    from claim_lines
    left join providers
        on claim_lines.provider_sk = providers.provider_sk
),

counted as (
    select
        specialty,
        cast(date_trunc('month', service_date) as date) as month_start_date,
        count(distinct provider_id) as provider_count,
        count(distinct member_id) as claimant_count,
        count(distinct claim_id) as claim_count,
        count(*) as line_count,
        cast(coalesce(sum(charge_amount), 0) as decimal(18, 2)) as charge_amount,
        cast(coalesce(sum(allowed_amount), 0) as decimal(18, 2)) as allowed_amount,
        cast(coalesce(sum(paid_amount), 0) as decimal(18, 2)) as paid_amount
    from specialised_lines
    group by all
),

final as (
    select
        *,
        cast(line_count / claim_count as decimal(9, 2)) as lines_per_claim,
        cast(allowed_amount / claim_count as decimal(18, 2)) as allowed_per_claim,
        cast(paid_amount / claim_count as decimal(18, 2)) as paid_per_claim
    from counted
)

select * from final
