-- Grain: one diagnosis code of a claim on a service date.
-- Codes of all lines of eligible claims in the spelling of the CMS tables, supplemental records applied. A claim
-- repeats its diagnoses on every line: the first line that has a code stands for it.

with

claim_lines as (
    select * from {{ ref('int_claim_line_eligibility') }}
    where is_diagnosis_eligible
),

supplementals as (
    select * from {{ ref('int_supplemental_diagnosis_eligibility') }}
    where reason = 'ACCEPT'
),

claim_diagnosis_texts as (
    -- Lines with the same codes are put together before they are split: most claims repeat theirs on every line.
    select
        member_id,
        claim_id,
        service_date,
        diagnosis_codes,
        min(claim_line_number) as claim_line_number
    from claim_lines
    group by member_id, claim_id, service_date, diagnosis_codes
),

delivered_codes as (
    select
        member_id,
        claim_id,
        service_date,
        claim_line_number,
        unnest(string_split(diagnosis_codes, '|')) as delivered_code
    from claim_diagnosis_texts
),

claim_diagnoses as (
    select
        member_id,
        claim_id,
        service_date,
        {{ normalise_icd10("delivered_code") }} as diagnosis_code,
        min(claim_line_number) as claim_line_number
    from delivered_codes
    group by all
),

kept_claim_diagnoses as (
    select claim_diagnoses.*
    from claim_diagnoses
    anti join supplementals
        on
            claim_diagnoses.claim_id = supplementals.claim_id
            and claim_diagnoses.diagnosis_code = supplementals.diagnosis_code
            and supplementals.action_code = 'delete'
    where claim_diagnoses.diagnosis_code is not null
),

added_diagnoses as (
    -- What the claim says already needs no addition.
    select supplementals.*
    from supplementals
    anti join kept_claim_diagnoses
        on
            supplementals.claim_id = kept_claim_diagnoses.claim_id
            and supplementals.diagnosis_code = kept_claim_diagnoses.diagnosis_code
    where supplementals.action_code = 'add'
),

final as (
    select
        member_id,
        service_date,
        diagnosis_code,
        claim_id,
        claim_line_number,
        'claim' as diagnosis_source,
        cast(null as varchar) as supplemental_diagnosis_id
    from kept_claim_diagnoses
    union all
    select
        member_id,
        service_date,
        diagnosis_code,
        claim_id,
        -- A supplemental record names a claim, not a line.
        cast(null as integer) as claim_line_number,
        'supplemental' as diagnosis_source,
        supplemental_diagnosis_id
    from added_diagnoses
)

select * from final
