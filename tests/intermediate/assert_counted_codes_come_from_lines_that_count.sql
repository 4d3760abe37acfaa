-- Every diagnosis, drug and service that scoring sees leads back to a claim that the ledger lets count.
with

counted as (
    select distinct
        'diagnosis' as kind,
        claim_id,
        member_id
    from {{ ref('int_member_diagnoses') }}
    union all
    select
        'drug' as kind,
        claim_id,
        member_id
    from {{ ref('int_member_rx') }}
    union all
    select
        'service' as kind,
        claim_id,
        member_id
    from {{ ref('int_member_services') }}
),

eligible_claims as (
    select
        claim_id,
        member_id,
        bool_or(is_diagnosis_eligible) as has_diagnoses,
        bool_or(is_drug_eligible) as has_drugs,
        bool_or(is_service_eligible) as has_services
    from {{ ref('int_claim_line_eligibility') }}
    group by claim_id, member_id
)

select
    counted.kind,
    counted.claim_id
from counted
left join eligible_claims
    on
        counted.claim_id = eligible_claims.claim_id
        and counted.member_id = eligible_claims.member_id
where
    not coalesce(
        case counted.kind
            when 'diagnosis' then eligible_claims.has_diagnoses
            when 'drug' then eligible_claims.has_drugs
            else eligible_claims.has_services
        end,
        false
    )
