-- The ledger holds every claim line that it was given exactly as often as it was given.
with

claim_lines as (
    select
        claim_id,
        claim_line_number,
        count(*) as given_count
    from {{ claims_relation() }}
    group by all
),

ledger_lines as (
    select
        claim_id,
        claim_line_number,
        count(*) as ledger_count
    from {{ ref('int_claim_line_eligibility') }}
    group by all
)

select
    coalesce(claim_lines.given_count, 0) as given_count,
    coalesce(ledger_lines.ledger_count, 0) as ledger_count
from claim_lines
full outer join ledger_lines
    on
        claim_lines.claim_id = ledger_lines.claim_id
        and claim_lines.claim_line_number = ledger_lines.claim_line_number
where given_count != ledger_count
