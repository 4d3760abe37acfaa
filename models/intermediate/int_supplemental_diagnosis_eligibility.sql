-- Grain: one supplemental diagnosis record as staged; the ledger of these records, as int_claim_line_eligibility is
-- that of claim lines.
-- On one claim and code the record processed last decides; on one day a deletion wins over an addition.

with

supplementals as (
    select * from {{ ref('stg_issuer__supplemental_diagnoses') }}
),

voids as (
    select distinct original_supplemental_diagnosis_id as supplemental_diagnosis_id
    from supplementals
    where action_code = 'void'
),

named_claims as (
    -- member_id has one value per claim in a sound feed; where it has several, the record must name the eligible one.
    select
        claim_id,
        list(distinct member_id) as member_ids,
        list(distinct member_id) filter (where is_diagnosis_eligible) as eligible_member_ids,
        min(service_date) filter (where is_diagnosis_eligible) as service_date
    from {{ ref('int_claim_line_eligibility') }}
    where claim_id in (select claim_id from supplementals)
    group by claim_id
),

dated_supplementals as (
    select
        supplementals.supplemental_diagnosis_id,
        supplementals.member_id,
        supplementals.claim_id,
        supplementals.action_code,
        supplementals.diagnosis_code,
        supplementals.processed_date,
        coalesce(supplementals.service_date, named_claims.service_date) as service_date,
        case
            when supplementals.action_code = 'void' and voided_records.supplemental_diagnosis_id is null
                then 'voided_record_unknown'
            when supplementals.action_code = 'void' then 'ACCEPT'
            when voids.supplemental_diagnosis_id is not null then 'voided'
            when named_claims.claim_id is null then 'claim_unknown'
            when not list_contains(named_claims.member_ids, supplementals.member_id) then 'member_differs_from_claim'
            when not coalesce(list_contains(named_claims.eligible_member_ids, supplementals.member_id), false)
                then 'claim_not_eligible'
            when year(coalesce(supplementals.service_date, named_claims.service_date)) != {{ benefit_year() }}
                then 'outside_benefit_year'
        end as record_reason
    from supplementals
    left join voids
        on supplementals.supplemental_diagnosis_id = voids.supplemental_diagnosis_id
    left join supplementals as voided_records
        on
            supplementals.original_supplemental_diagnosis_id = voided_records.supplemental_diagnosis_id
            and voided_records.action_code != 'void'
    left join named_claims
        on supplementals.claim_id = named_claims.claim_id
),

ranked_supplementals as (
    select
        *,
        row_number() over (
            partition by claim_id, diagnosis_code, record_reason is null
            order by processed_date desc nulls last, action_code desc, supplemental_diagnosis_id asc
        ) as rank_in_claim
    from dated_supplementals
),

final as (
    select
        supplemental_diagnosis_id,
        member_id,
        claim_id,
        action_code,
        diagnosis_code,
        service_date,
        processed_date,
        case
            when record_reason is not null then record_reason
            when rank_in_claim > 1 then 'overtaken_by_later_record'
            else 'ACCEPT'
        end as reason
    from ranked_supplementals
)

select * from final
