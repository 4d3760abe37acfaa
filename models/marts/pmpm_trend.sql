-- Grain: one row per plan, metal level and calendar month with covered members or claims in force.
-- Members are counted on each day, plan by plan, so that a span is never unfolded into its months: one of them may be
-- open until the year 9999. Months run to that of the newest delivery, later ones only where they have claims.

with

enrollments as (
    select * from {{ ref('fct_enrollment') }}
),

claim_lines as (
    select * from {{ ref('fct_claim_line') }}
),

monthly_claims as (
    select * from {{ ref('claims_by_plan_metal_month') }}
),

coverage_changes as (
    select
        hios_plan_id,
        coverage_start_date as change_date,
        1 as member_change
    from enrollments
    union all
    select
        hios_plan_id,
        coverage_end_date + 1 as change_date,
        -1 as member_change
    from enrollments
),

covered_members as (
    select
        hios_plan_id,
        change_date,
        sum(sum(member_change)) over (partition by hios_plan_id order by change_date) as member_count
    from coverage_changes
    group by hios_plan_id, change_date
),

newest_delivery as (
    select greatest(
        (select max(enrollments.load_timestamp) from enrollments),
        (select max(claim_lines.load_timestamp) from claim_lines)
    ) as load_timestamp
),

months as (
    select
        cast(unnest(generate_series(
            date_trunc('month', (select min(enrollments.coverage_start_date) from enrollments)),
            date_trunc('month', newest_delivery.load_timestamp),
            interval 1 month
        )) as date) as month_start_date
    from newest_delivery
    union
    select month_start_date from monthly_claims
),

calendar_days as (
    select
        month_start_date,
        cast(unnest(generate_series(month_start_date, last_day(month_start_date), interval 1 day)) as date)
            as calendar_date
    from months
),

covered_plans as (
    select distinct hios_plan_id from enrollments
),

plan_days as (
    select
        covered_plans.hios_plan_id,
        calendar_days.month_start_date,
        calendar_days.calendar_date
    from covered_plans
    cross join calendar_days
),

member_days as (
    select
        plan_days.*,
        covered_members.member_count
    from plan_days
    asof inner join covered_members
        on
            plan_days.hios_plan_id = covered_members.hios_plan_id
            and plan_days.calendar_date >= covered_members.change_date
    where covered_members.member_count > 0
),

plan_versions as (
    -- The rule by which claims find their plan_sk, so that members and claims meet in the same row.
    {{ versions_by_day(ref('dim_plan'), "plan_sk", ["hios_plan_id", "effective_year"]) }}
),

monthly_members as (
    select
        coalesce(plan_versions.plan_id, '(unknown)') as plan_id,
        coalesce(plan_versions.metal_tier, '(unknown)') as metal_level,
        member_days.month_start_date,
        sum(member_days.member_count) as member_days
    from member_days
    left join plan_versions
        on
            member_days.hios_plan_id = plan_versions.hios_plan_id
            and year(member_days.calendar_date) = plan_versions.effective_year
            and member_days.calendar_date >= plan_versions.valid_from_date
            and member_days.calendar_date < plan_versions.valid_until_date
    group by all
),

months_of_both as (
    select
        coalesce(monthly_members.plan_id, monthly_claims.plan_id) as plan_id,
        coalesce(monthly_members.metal_level, monthly_claims.metal_level) as metal_level,
        coalesce(monthly_members.month_start_date, monthly_claims.month_start_date) as month_start_date,
        coalesce(monthly_members.member_days, 0) as member_days,
        coalesce(monthly_claims.claimant_count, 0) as claimant_count,
        coalesce(monthly_claims.claim_count, 0) as claim_count,
        coalesce(monthly_claims.allowed_amount, 0) as allowed_amount,
        coalesce(monthly_claims.paid_amount, 0) as paid_amount
    from monthly_members
    full outer join monthly_claims
        on
            monthly_members.plan_id = monthly_claims.plan_id
            and monthly_members.metal_level = monthly_claims.metal_level
            and monthly_members.month_start_date = monthly_claims.month_start_date
),

priced_months as (
    -- No member months, no amount per member month: null says so, where zero would look like a cheap month.
    select
        *,
        day(last_day(month_start_date)) as days_of_month,
        cast(allowed_amount * days_of_month / nullif(member_days, 0) as decimal(18, 2)) as allowed_pmpm,
        cast(paid_amount * days_of_month / nullif(member_days, 0) as decimal(18, 2)) as paid_pmpm
    from months_of_both
),

compared_months as (
    select
        *,
        -- The calendar month before; a month that is not there makes no comparison.
        case
            when lag(month_start_date) over by_month = cast(month_start_date - interval 1 month as date)
                then lag(paid_pmpm) over by_month
        end as previous_paid_pmpm
    from priced_months
    window by_month as (partition by plan_id, metal_level order by month_start_date)
),

final as (
    select
        plan_id,
        metal_level,
        month_start_date,
        cast(member_days as bigint) as member_days,
        cast(member_days / days_of_month as decimal(18, 6)) as member_months,
        claimant_count,
        claim_count,
        cast(allowed_amount as decimal(18, 2)) as allowed_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        allowed_pmpm,
        paid_pmpm,
        cast(paid_pmpm - previous_paid_pmpm as decimal(18, 2)) as paid_pmpm_change,
        cast((paid_pmpm - previous_paid_pmpm) / nullif(previous_paid_pmpm, 0) as decimal(18, 4))
            as paid_pmpm_change_ratio
    from compared_months
)

select * from final
