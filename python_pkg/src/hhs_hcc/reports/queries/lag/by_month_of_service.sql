-- One row per month of service and months until payment: lines in force, and the members behind them.
-- last_count: members whose last payment of the row's month of service it is; added up, no member counts twice.
with

lines as (
    select
        cast(date_trunc('month', service_date) as date) as service_month,
        member_id,
        -- Paid before the service: known at once in any case. What took five years is one thing.
        cast(least(greatest(datediff('month', service_date, paid_date), 0), 60) as integer) as months
    from main_warehouse.fct_claim_line
    where
        is_in_force
        and paid_date <= cast($seen_through as date)
        and service_date is not null
),

amounts as (
    select
        service_month,
        months,
        count(*) as line_count
    from lines
    group by all
),

members as (
    -- A bit for each month in which something was paid: one row per member instead of one per member and month.
    select
        service_month,
        member_id,
        bit_or(cast(1 as bigint) << months) as paid_months
    from lines
    group by all
),

alike as (
    select
        service_month,
        paid_months,
        count(*) as member_count
    from members
    group by all
)

select
    year(amounts.service_month) as service_year,
    amounts.service_month,
    amounts.months,
    cast(sum(alike.member_count) filter (where (alike.paid_months >> amounts.months) & 1 = 1) as bigint)
        as member_count,
    cast(coalesce(sum(alike.member_count) filter (where alike.paid_months >> amounts.months = 1), 0) as bigint)
        as last_count,
    any_value(amounts.line_count) as line_count
from amounts
inner join alike on amounts.service_month = alike.service_month
group by amounts.service_month, amounts.months
order by amounts.service_month, amounts.months
