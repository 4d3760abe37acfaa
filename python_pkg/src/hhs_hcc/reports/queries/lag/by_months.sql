-- One row per year of service, claim type (and all) and months from the month of service to that of payment.
-- last_count: members whose last payment of the year it is; added up over months, no member counts twice.
with

lines as (
    select
        year(service_date) as service_year,
        coalesce(claim_type, '(unknown)') as claim_type,
        member_id,
        -- Paid before the service: known at once in any case. What took five years is one thing.
        cast(least(greatest(datediff('month', service_date, paid_date), 0), 60) as integer) as months,
        paid_amount
    from main_warehouse.fct_claim_line
    where
        is_in_force
        and paid_date <= cast($seen_through as date)
        and service_date is not null
),

amounts as (
    select
        service_year,
        if(grouping(claim_type) = 1, 'all', claim_type) as claim_type,
        months,
        count(*) as line_count,
        cast(coalesce(sum(paid_amount), 0) as double) as paid_amount
    from lines
    group by grouping sets ((service_year, months), (service_year, claim_type, months))
),

members as (
    -- A bit for each month in which something was paid: one row per member instead of one per member and month.
    select
        service_year,
        claim_type,
        member_id,
        bit_or(cast(1 as bigint) << months) as paid_months
    from lines
    group by all
),

members_of_all as (
    select
        service_year,
        member_id,
        bit_or(paid_months) as paid_months
    from members
    group by all
),

alike as (
    select
        service_year,
        claim_type,
        paid_months,
        count(*) as member_count
    from members
    group by all
    union all
    select
        service_year,
        'all' as claim_type,
        paid_months,
        count(*) as member_count
    from members_of_all
    group by all
)

select
    amounts.service_year,
    amounts.claim_type,
    amounts.months,
    cast(sum(alike.member_count) filter (where (alike.paid_months >> amounts.months) & 1 = 1) as bigint)
        as member_count,
    cast(coalesce(sum(alike.member_count) filter (where alike.paid_months >> amounts.months = 1), 0) as bigint)
        as last_count,
    any_value(amounts.line_count) as line_count,
    any_value(amounts.paid_amount) as paid_amount
from amounts
inner join alike on amounts.service_year = alike.service_year and amounts.claim_type = alike.claim_type
group by amounts.service_year, amounts.claim_type, amounts.months
order by amounts.service_year, amounts.claim_type, amounts.months
