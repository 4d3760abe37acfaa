-- Grain: one calendar day from the first day of calendar_first_year to the last of calendar_last_year, and the row -1
-- for days outside. In the individual market the plan year is the calendar year. The deadlines of a benefit year come
-- from the rules in cms_edge_deadline.

with

days as (
    select cast(day_start as date) as full_date
    from generate_series(
        make_date({{ year_var("calendar_first_year") }}, 1, 1),
        make_date({{ year_var("calendar_last_year") }}, 12, 31),
        interval 1 day
    ) as series (day_start)
),

deadline_rules as (
    select * from {{ ref('cms_edge_deadline') }}
),

-- From a year before the calendar: its deadlines fall into the calendar's first year.
benefit_years as (
    select
        unnest(generate_series(
            {{ year_var("calendar_first_year") }} - (select max(years_after) from deadline_rules),
            {{ year_var("calendar_last_year") }}
        )) as benefit_year
),

stated_deadlines as (
    select
        benefit_years.benefit_year,
        deadline_rules.deadline,
        deadline_rules.moves_to_next_business_day,
        make_date(
            benefit_years.benefit_year + deadline_rules.years_after, deadline_rules.month, deadline_rules.day
        ) as stated_date
    from benefit_years
    cross join deadline_rules
),

deadlines as (
    -- No federal holiday falls on the days after 30 April, so a business day is any but Saturday and Sunday.
    select
        benefit_year,
        deadline,
        case
            when moves_to_next_business_day and isodow(stated_date) > 5
                then stated_date + cast(8 - isodow(stated_date) as integer)
            else stated_date
        end as deadline_date
    from stated_deadlines
),

submission_deadlines as (
    select * from deadlines
    where deadline = 'edge_submission'
),

report_deadlines as (
    select * from deadlines
    where deadline = 'risk_adjustment_report'
),

calendar as (
    select
        cast(year(days.full_date) * 10000 + month(days.full_date) * 100 + day(days.full_date) as integer) as date_key,
        days.full_date,
        cast(year(days.full_date) as integer) as calendar_year,
        cast(quarter(days.full_date) as integer) as calendar_quarter,
        cast(month(days.full_date) as integer) as calendar_month,
        monthname(days.full_date) as month_name,
        cast(day(days.full_date) as integer) as day_of_month,
        cast(dayofyear(days.full_date) as integer) as day_of_year,
        cast(isodow(days.full_date) as integer) as iso_weekday,
        dayname(days.full_date) as weekday_name,
        isodow(days.full_date) > 5 as is_weekend,
        cast(date_trunc('month', days.full_date) as date) as first_day_of_month,
        last_day(days.full_date) as last_day_of_month,
        cast(day(last_day(days.full_date)) as integer) as days_in_month,
        cast(year(days.full_date) as integer) as plan_year,
        cast(month(days.full_date) as integer) as plan_month,
        cast(quarter(days.full_date) as integer) as plan_quarter,
        submission_deadlines.deadline_date as edge_submission_deadline,
        cast(submission_deadlines.deadline_date - days.full_date as integer) as days_to_edge_submission_deadline,
        past_submission_deadlines.deadline_date is not null as is_edge_submission_deadline,
        report_deadlines.deadline_date as risk_adjustment_report_date,
        cast(report_deadlines.deadline_date - days.full_date as integer) as days_to_risk_adjustment_report_date,
        past_report_deadlines.deadline_date is not null as is_risk_adjustment_report_date
    from days
    left join submission_deadlines
        on year(days.full_date) = submission_deadlines.benefit_year
    left join report_deadlines
        on year(days.full_date) = report_deadlines.benefit_year
    left join submission_deadlines as past_submission_deadlines
        on days.full_date = past_submission_deadlines.deadline_date
    left join report_deadlines as past_report_deadlines
        on days.full_date = past_report_deadlines.deadline_date
),

unknown as (
    select -1 as date_key
),

final as (
    select * from calendar
    union all by name
    select * from unknown
)

select * from final
