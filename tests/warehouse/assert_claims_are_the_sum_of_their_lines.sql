-- Claims and claim lines agree on how many lines there are and on every amount, by delivery of the claim.
with

claim_lines as (
    select
        claim_id,
        count(*) as line_count,
        sum(charge_amount) as charge_amount,
        sum(allowed_amount) as allowed_amount,
        sum(paid_amount) as paid_amount,
        bool_or(is_in_force) as is_in_force
    from {{ ref('fct_claim_line') }}
    group by claim_id
)

select
    claims.load_id,
    count(*) filter (where claims.claim_id is null) as claims_without_fact,
    count(*) filter (where claim_lines.claim_id is null) as claims_without_lines,
    count(*) filter (where claims.line_count != claim_lines.line_count) as other_line_counts,
    count(*) filter (where claims.paid_amount is distinct from claim_lines.paid_amount) as other_paid_amounts,
    count(*) as claims_found
from claim_lines
full outer join {{ ref('fct_claim') }} as claims
    on claim_lines.claim_id = claims.claim_id
where
    claim_lines.line_count is distinct from claims.line_count
    or claim_lines.charge_amount is distinct from claims.claim_amount
    or claim_lines.allowed_amount is distinct from claims.allowed_amount
    or claim_lines.paid_amount is distinct from claims.paid_amount
    or claim_lines.is_in_force is distinct from claims.is_in_force
group by all
