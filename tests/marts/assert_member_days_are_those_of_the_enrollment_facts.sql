-- Month by month pmpm_trend holds the covered days of fct_enrollment: to the newest delivery, later where claims are.
-- Worked out span by span, where the model counts the members of each day.
with

spans as (
    -- Spans of one length count together: far fewer than members.
    select
        coverage_start_date,
        coverage_end_date,
        count(*) as span_count
    from {{ ref('fct_enrollment') }}
    group by all
),

claim_lines as (
    select * from {{ ref('fct_claim_line') }}
),

newest_delivery as (
    select max(load_timestamp) as load_timestamp
    from (
        select load_timestamp from claim_lines
        union all
        select load_timestamp from {{ ref('fct_enrollment') }}
    ) as deliveries
),

months as (
    select cast(month_start as date) as month_start_date
    from
        generate_series(
            (select date_trunc('month', min(spans.coverage_start_date)) from spans),
            (select newest_delivery.load_timestamp from newest_delivery),
            interval 1 month
        ) as series (month_start)
    union
    select distinct cast(date_trunc('month', service_date) as date) as month_start_date from claim_lines
    where is_in_force
),

expected as (
    select
        months.month_start_date,
        sum(spans.span_count * (
            least(spans.coverage_end_date, last_day(months.month_start_date))
            - greatest(spans.coverage_start_date, months.month_start_date) + 1
        )) as member_days
    from months
    inner join spans
        on
            last_day(months.month_start_date) >= spans.coverage_start_date
            and months.month_start_date <= spans.coverage_end_date
    group by months.month_start_date
),

trend as (
    select
        month_start_date,
        sum(member_days) as member_days
    from {{ ref('pmpm_trend') }}
    group by month_start_date
)

select
    coalesce(expected.month_start_date, trend.month_start_date) as month_start_date,
    coalesce(expected.member_days, 0) as days_in_facts,
    coalesce(trend.member_days, 0) as days_in_trend
from expected
full outer join trend
    on expected.month_start_date = trend.month_start_date
where days_in_facts != days_in_trend
