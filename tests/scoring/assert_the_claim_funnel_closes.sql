-- The claim lines of the run, counted by reason, are all lines of the ledger: none is lost and none counted twice.
with

current_run as (
    select * from {{ ref('current_run') }}
),

counted as (
    select coalesce(sum(line_count), 0) as line_count
    from {{ ref('agg_claim_eligibility') }}
    where run_id = (select current_run.run_id from current_run)
),

ledger as (
    select count(*) as line_count from {{ ref('int_claim_line_eligibility') }}
)

select
    counted.line_count as counted_line_count,
    ledger.line_count as ledger_line_count
from counted
cross join ledger
where counted.line_count != ledger.line_count
