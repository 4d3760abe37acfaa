-- Grain: one row per member and calendar month at whose end the paid amount of twelve months reaches the threshold.
-- A month without claims is there too, as long as the eleven months before it carry the amount.

with

daily_claims as (
    select * from {{ ref('claims_daily_member') }}
),

monthly_claims as (
    -- Months are numbered, so that twelve of them are a range of numbers.
    select
        member_id,
        year(service_date) * 12 + month(service_date) - 1 as month_number,
        sum(paid_amount) as paid_amount,
        sum(medical_paid_amount) as medical_paid_amount,
        sum(pharmacy_paid_amount) as pharmacy_paid_amount
    from daily_claims
    group by all
),

last_month as (
    -- What comes after the last month with claims of anybody is not known yet.
    select max(month_number) as month_number from monthly_claims
),

candidates as (
    -- No twelve months can hold more than all positive months together; few members are left to be looked at closely.
    select member_id
    from monthly_claims
    group by member_id
    having sum(greatest(paid_amount, 0)) >= {{ high_cost_threshold() }}
),

candidate_claims as (
    select monthly_claims.*
    from monthly_claims
    semi join candidates
        on monthly_claims.member_id = candidates.member_id
),

reached_months as (
    -- A month's claims count in that month and in the eleven after it.
    select distinct
        candidate_claims.member_id,
        candidate_claims.month_number + months_after.month_count as month_number
    from candidate_claims
    cross join (select unnest(range(12)) as month_count) as months_after
    where candidate_claims.month_number + months_after.month_count <= (select last_month.month_number from last_month)
),

rolling_months as (
    select
        reached_months.member_id,
        reached_months.month_number,
        coalesce(candidate_claims.paid_amount, 0) as paid_amount,
        coalesce(candidate_claims.medical_paid_amount, 0) as medical_paid_amount,
        coalesce(candidate_claims.pharmacy_paid_amount, 0) as pharmacy_paid_amount,
        sum(coalesce(candidate_claims.paid_amount, 0)) over (
            partition by reached_months.member_id
            order by reached_months.month_number
            range between 11 preceding and current row
        ) as rolling_paid_amount
    from reached_months
    left join candidate_claims
        on
            reached_months.member_id = candidate_claims.member_id
            and reached_months.month_number = candidate_claims.month_number
),

high_cost_months as (
    select
        *,
        min(month_number) over (partition by member_id) as first_month_number,
        lag(month_number) over (partition by member_id order by month_number) as previous_month_number
    from rolling_months
    where rolling_paid_amount >= {{ high_cost_threshold() }}
),

final as (
    select
        member_id,
        make_date(month_number // 12, month_number % 12 + 1, 1) as month_start_date,
        cast(rolling_paid_amount as decimal(18, 2)) as rolling_paid_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        cast(medical_paid_amount as decimal(18, 2)) as medical_paid_amount,
        cast(pharmacy_paid_amount as decimal(18, 2)) as pharmacy_paid_amount,
        make_date(first_month_number // 12, first_month_number % 12 + 1, 1) as first_reached_month_start_date,
        -- Reached now and not in the month before; a member who fell below is new again on return.
        coalesce(previous_month_number != month_number - 1, true) as is_new,
        cast({{ high_cost_threshold() }} as decimal(18, 2)) as high_cost_threshold
    from high_cost_months
)

select * from final
