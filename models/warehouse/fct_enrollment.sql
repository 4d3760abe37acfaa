-- Grain: member_id, hios_plan_id, coverage_start_date: a period of uninterrupted coverage of a member in a plan
-- variant. How an issuer splits a period into rows does not matter: rows that touch or overlap are one period. A
-- roster is always complete, so the table is made anew. Why it carries two keys of a version stands in
-- fct_claim_line; here the first one is the version valid on the first day of the period.

-- A month has this many parts: the least number that 28, 29, 30 and 31 divide. Days of any month are a whole number of
-- parts, so premiums add up without rounding in between.
{%- set parts_of_month = 377580 %}

with

spans as (
    select
        member_id,
        hios_plan_id,
        enrollment_start_date as start_date,
        enrollment_end_date as end_date,
        -- Premiums are counted through the day of the delivery: coverage to come is not paid yet.
        least(enrollment_end_date, cast(load_timestamp as date)) as paid_through_date,
        premium_amount,
        load_id,
        load_timestamp
    from {{ ref('stg_issuer__enrollments') }}
),

marked_spans as (
    -- A row starts a new period unless it overlaps or touches one before it.
    select
        *,
        coalesce(
            start_date > 1 + max(end_date) over (
                partition by member_id, hios_plan_id
                order by start_date, end_date
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as starts_period
    from spans
),

period_spans as (
    select
        *,
        -- The last day on which a period began is the first day of this one.
        max(start_date) filter (where starts_period) over (
            partition by member_id, hios_plan_id
            order by start_date, end_date
            rows unbounded preceding
        ) as coverage_start_date
    from marked_spans
),

periods as (
    select
        member_id,
        hios_plan_id,
        coverage_start_date,
        max(end_date) as coverage_end_date,
        arg_max(
            premium_amount,
            struct_pack(start_date := start_date, end_date := end_date, premium_amount := premium_amount)
        ) as monthly_premium,
        count(*) as span_count,
        max(load_id) as load_id,
        max(load_timestamp) as load_timestamp
    from period_spans
    group by member_id, hios_plan_id, coverage_start_date
),

priced_spans as (
    select * from period_spans
    where
        premium_amount is not null
        and start_date <= paid_through_date
),

change_dates as (
    -- The days on which another premium may begin to hold.
    select
        member_id,
        hios_plan_id,
        coverage_start_date,
        start_date as change_date
    from priced_spans
    union
    select
        member_id,
        hios_plan_id,
        coverage_start_date,
        paid_through_date + 1 as change_date
    from priced_spans
),

measured_dates as (
    -- Time in parts of months since long ago: the difference of two dates is the time between them. The days of a short
    -- month are larger parts than those of a long one.
    select
        *,
        (year(change_date) * 12 + month(change_date)) * {{ parts_of_month }}
        + (day(change_date) - 1) * ({{ parts_of_month }} // day(last_day(change_date))) as month_parts
    from change_dates
),

stretches as (
    select
        member_id,
        hios_plan_id,
        coverage_start_date,
        change_date as first_date,
        lead(change_date) over by_date - 1 as last_date,
        lead(month_parts) over by_date - month_parts as month_parts
    from measured_dates
    window by_date as (partition by member_id, hios_plan_id, coverage_start_date order by change_date)
),

paid_stretches as (
    -- A day of several rows is paid once, at the premium of the row that starts last; of those, the one that ends last.
    select
        stretches.member_id,
        stretches.hios_plan_id,
        stretches.coverage_start_date,
        stretches.month_parts,
        max(struct_pack(
            start_date := priced_spans.start_date,
            end_date := priced_spans.end_date,
            premium_amount := priced_spans.premium_amount
        )).premium_amount as premium_amount
    from stretches
    inner join priced_spans
        on
            stretches.member_id = priced_spans.member_id
            and stretches.hios_plan_id = priced_spans.hios_plan_id
            and stretches.first_date >= priced_spans.start_date
            and stretches.last_date <= priced_spans.paid_through_date
    group by
        stretches.member_id,
        stretches.hios_plan_id,
        stretches.coverage_start_date,
        stretches.first_date,
        stretches.month_parts
),

premiums as (
    select
        member_id,
        hios_plan_id,
        coverage_start_date,
        -- In cents and parts of a month: whole numbers.
        sum(cast(premium_amount * 100 as hugeint) * month_parts) as cent_parts
    from paid_stretches
    group by member_id, hios_plan_id, coverage_start_date
),

rating_areas as (
    select * from {{ ref('dim_geography') }}
    where geography_level = 'rating_area'
),

members as (
    select
        versions.*,
        rating_areas.geography_sk
    from ({{ versions_by_day(ref('dim_member'), "member_sk", ["member_id"]) }}) as versions
    left join rating_areas
        on
            versions.state = rating_areas.state
            and {{ rating_area_number("versions.rating_area") }} = rating_areas.rating_area
),

plans as (
    {{ versions_by_day(ref('dim_plan'), "plan_sk", ["hios_plan_id", "effective_year"]) }}
),

first_plan_years as (
    select
        hios_plan_id,
        make_date(min(effective_year), 1, 1) as first_known_date
    from plans
    group by hios_plan_id
),

dated_periods as (
    -- Coverage may have begun before the first year that the plans files know; its plan is that of this first year.
    select
        periods.*,
        greatest(
            periods.coverage_start_date,
            least(first_plan_years.first_known_date, periods.coverage_end_date)
        ) as plan_date
    from periods
    left join first_plan_years
        on periods.hios_plan_id = first_plan_years.hios_plan_id
),

days as (
    select
        full_date,
        date_key
    from {{ ref('dim_date') }}
),

final as (
    select
        dated_periods.member_id,
        dated_periods.hios_plan_id,
        dated_periods.coverage_start_date,
        dated_periods.coverage_end_date,
        cast(dated_periods.coverage_end_date - dated_periods.coverage_start_date + 1 as integer) as coverage_days,
        dated_periods.monthly_premium,
        case
            when dated_periods.monthly_premium is null then null
            -- Half a cent up; a negative premium, down.
            else cast(
                sign(coalesce(premiums.cent_parts, 0))
                * ((2 * abs(coalesce(premiums.cent_parts, 0)) + {{ parts_of_month }}) // {{ 2 * parts_of_month }})
                as decimal(18, 0)
            ) * 0.01
        end as premium_paid,
        cast(dated_periods.span_count as integer) as span_count,
        coalesce(start_days.date_key, -1) as start_date_key,
        coalesce(end_days.date_key, -1) as end_date_key,
        coalesce(members.member_sk, -1) as member_sk,
        coalesce(members.current_sk, -1) as member_current_sk,
        coalesce(plans.plan_sk, -1) as plan_sk,
        coalesce(plans.current_sk, -1) as plan_current_sk,
        coalesce(members.geography_sk, -1) as geography_sk,
        dated_periods.load_id,
        dated_periods.load_timestamp
    from dated_periods
    left join premiums
        on
            dated_periods.member_id = premiums.member_id
            and dated_periods.hios_plan_id = premiums.hios_plan_id
            and dated_periods.coverage_start_date = premiums.coverage_start_date
    left join members
        on
            dated_periods.member_id = members.member_id
            and dated_periods.coverage_start_date >= members.valid_from_date
            and dated_periods.coverage_start_date < members.valid_until_date
    left join plans
        on
            dated_periods.hios_plan_id = plans.hios_plan_id
            and year(dated_periods.plan_date) = plans.effective_year
            and dated_periods.plan_date >= plans.valid_from_date
            and dated_periods.plan_date < plans.valid_until_date
    left join days as start_days
        on dated_periods.coverage_start_date = start_days.full_date
    left join days as end_days
        on dated_periods.coverage_end_date = end_days.full_date
)

select * from final
