-- One row: when the newest delivery was made and the last month whose payments are all in it.
-- A month is complete if it was over when the delivery was made, and no payment is dated after all of it: a delivery may
-- have been cut long before it was made. Payments dated after the delivery are no knowledge of the future.
with

delivery as (
    select cast(max(load_timestamp) as date) as delivered_on
    from main_warehouse.fct_claim_line
),

payments as (
    select max(paid_date) as last_paid_on
    from main_warehouse.fct_claim_line
    where paid_date <= (select delivery.delivered_on from delivery)
)

select
    delivery.delivered_on,
    least(
        cast(date_trunc('month', delivery.delivered_on + 1) as date) - 1,
        last_day(payments.last_paid_on)
    ) as seen_through
from delivery
cross join payments
