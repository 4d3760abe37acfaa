-- Grain: one row per member and service date with a claim line in force.
-- The finest of the cubes; those that follow members over time read it instead of the lines.

with

claim_lines as (
    select * from {{ ref('fct_claim_line') }}
    where is_in_force
),

daily_claims as (
    -- Claims are counted by making a row of each: distinct counts of text over all lines take twice as long. One
    -- version of the member is valid on a day, so its key makes no more rows: the test of the cube's key keeps that.
    select
        member_id,
        service_date,
        service_date_key,
        member_sk,
        member_current_sk,
        claim_id,
        bool_or(claim_type != 'pharmacy') as has_medical_lines,
        bool_or(claim_type = 'pharmacy') as has_pharmacy_lines,
        count(*) as line_count,
        sum(charge_amount) as charge_amount,
        sum(allowed_amount) as allowed_amount,
        sum(paid_amount) as paid_amount,
        sum(paid_amount) filter (where claim_type != 'pharmacy') as medical_paid_amount,
        sum(paid_amount) filter (where claim_type = 'pharmacy') as pharmacy_paid_amount
    from claim_lines
    group by member_id, service_date, service_date_key, member_sk, member_current_sk, claim_id
),

final as (
    select
        member_id,
        service_date,
        service_date_key,
        member_sk,
        member_current_sk,
        count(*) as claim_count,
        count(*) filter (where has_medical_lines) as medical_claim_count,
        count(*) filter (where has_pharmacy_lines) as pharmacy_claim_count,
        cast(sum(line_count) as bigint) as line_count,
        cast(coalesce(sum(charge_amount), 0) as decimal(18, 2)) as charge_amount,
        cast(coalesce(sum(allowed_amount), 0) as decimal(18, 2)) as allowed_amount,
        cast(coalesce(sum(paid_amount), 0) as decimal(18, 2)) as paid_amount,
        cast(coalesce(sum(medical_paid_amount), 0) as decimal(18, 2)) as medical_paid_amount,
        cast(coalesce(sum(pharmacy_paid_amount), 0) as decimal(18, 2)) as pharmacy_paid_amount
    from daily_claims
    group by member_id, service_date, service_date_key, member_sk, member_current_sk
)

select * from final
