-- One row per year of service, claim type (and all) and months from the end of the year to payment; 0: paid in the year.
-- The month of the submission deadline ends with the deadline, which moves to the next business day.
-- last_count: members whose last payment of the year it is; added up over months, no member counts twice.
with

deadlines as (
    select
        days.calendar_year,
        max(days.edge_submission_deadline) as deadline_date,
        max(12 * (rules.years_after - 1) + rules.month) as deadline_month
    from main_warehouse.dim_date as days
    cross join main_cms.cms_edge_deadline as rules
    where rules.deadline = 'edge_submission'
    group by days.calendar_year
),

dated_lines as (
    select
        year(service_date) as service_year,
        coalesce(claim_type, '(unknown)') as claim_type,
        member_id,
        paid_date,
        12 * (year(paid_date) - year(service_date) - 1) + month(paid_date) as calendar_months,
        paid_amount
    from main_warehouse.fct_claim_line
    where
        is_in_force
        and paid_date <= cast($seen_through as date)
        and service_date is not null
),

lines as (
    select
        dated_lines.service_year,
        dated_lines.claim_type,
        dated_lines.member_id,
        cast(
            -- What took five years is one thing.
            least(greatest(
                if(
                    dated_lines.paid_date <= deadlines.deadline_date,
                    least(dated_lines.calendar_months, deadlines.deadline_month),
                    dated_lines.calendar_months
                ),
                0
            ), 60) as integer
        ) as months,
        dated_lines.paid_amount
    from dated_lines
    left join deadlines on dated_lines.service_year = deadlines.calendar_year
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
    any_value(amounts.paid_amount) as paid_amount,
    any_value(deadlines.deadline_month) as deadline_month
from amounts
inner join alike on amounts.service_year = alike.service_year and amounts.claim_type = alike.claim_type
left join deadlines on amounts.service_year = deadlines.calendar_year
group by amounts.service_year, amounts.claim_type, amounts.months
order by amounts.service_year, amounts.claim_type, amounts.months
