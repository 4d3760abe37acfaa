-- The tracked months are those in which twelve months of the facts reach the threshold, with the same amounts.
-- Worked out by a join of months, where the model uses a window. Failing rows are counted by month: no member is named.
with

monthly_facts as (
    select
        member_id,
        cast(date_trunc('month', service_date) as date) as service_month,
        coalesce(sum(paid_amount), 0) as paid_amount
    from {{ ref('fct_claim_line') }}
    where is_in_force
    group by member_id, service_month
),

costly_members as (
    select member_id
    from monthly_facts
    group by member_id
    having sum(paid_amount) filter (where paid_amount > 0) >= {{ high_cost_threshold() }}
),

costly_months as (
    select monthly_facts.*
    from monthly_facts
    semi join costly_members
        on monthly_facts.member_id = costly_members.member_id
),

calendar_months as (
    select
        cast(unnest(generate_series(
            (select min(service_month) from costly_months),
            (select max(service_month) from monthly_facts),
            interval 1 month
        )) as date) as month_start_date
),

expected as (
    select
        costly_months.member_id,
        calendar_months.month_start_date,
        sum(costly_months.paid_amount) as rolling_paid_amount,
        coalesce(
            sum(costly_months.paid_amount) filter (where service_month = month_start_date), 0
        ) as paid_amount
    from calendar_months
    inner join costly_months
        on
            calendar_months.month_start_date >= costly_months.service_month
            and calendar_months.month_start_date < costly_months.service_month + interval 12 month
    group by all
    having sum(costly_months.paid_amount) >= {{ high_cost_threshold() }}
),

tracked as (
    select * from {{ ref('high_cost_member_tracking') }}
)

select
    coalesce(expected.month_start_date, tracked.month_start_date) as month_start_date,
    count(*) filter (where tracked.member_id is null) as missing_row_count,
    count(*) filter (where expected.member_id is null) as surplus_row_count,
    count(*) filter (where tracked.member_id = expected.member_id) as differing_row_count
from expected
full outer join tracked
    on
        expected.member_id = tracked.member_id
        and expected.month_start_date = tracked.month_start_date
where
    tracked.rolling_paid_amount is distinct from expected.rolling_paid_amount
    or tracked.paid_amount is distinct from expected.paid_amount
group by all
