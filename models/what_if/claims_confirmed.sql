-- Grain: one claim line as staged, with the columns that scoring reads.
-- What if an auditor struck every diagnosis that was reported once? A diagnosis stays if the member has the same ICD-10
-- category (the first three characters) on an inpatient stay or on two different days of the year, the rule by which
-- studies of claims tell a condition from a suspicion. All other codes are taken off their lines; drugs and services
-- stay, and so do supplemental additions to claims that still count, which come from the record that an auditor reads.
-- For the var claims_view, together with the staged enrollments and members.

with

inpatient_bill_types as (
    select distinct bill_type_prefix from {{ ref('cms_eligible_bill_type') }}
    where setting = 'inpatient'
),

-- Not materialized, here and below: reading the staged table twice is cheaper than copying its columns.
claims as not materialized (
    select
        staged.*,
        coalesce(
            staged.claim_type = 'institutional'
            and left(staged.bill_type_code, 2) in (select bill_type_prefix from inpatient_bill_types),
            false
        ) as is_inpatient
    from {{ ref('stg_issuer__claims') }} as staged
),

dated_claims as not materialized (
    -- A stay belongs to the year of its discharge, as in the ledger.
    select
        *,
        coalesce(case when is_inpatient then claim_end_date end, claim_line_start_date, claim_start_date)
            as service_date
    from claims
),

reported_codes as (
    select
        member_id,
        service_date,
        is_inpatient,
        unnest([
            {%- for position in range(1, 26) %}
            diagnosis_code_{{ position }}{{ "," if not loop.last }}
            {%- endfor %}
        ]) as diagnosis_code
    from dated_claims
    where
        claim_type != 'pharmacy'
        and claim_status = 'paid'
),

confirmed_categories as (
    select
        member_id,
        year(service_date) as service_year,
        left({{ normalise_icd10("diagnosis_code") }}, 3) as category
    from reported_codes
    where diagnosis_code is not null
    group by all
    having count(distinct service_date) > 1 or bool_or(is_inpatient)
),

confirmed as (
    select
        member_id,
        service_year,
        list(category) as categories
    from confirmed_categories
    group by all
),

final as (
    select
        dated_claims.claim_id,
        dated_claims.claim_line_number,
        dated_claims.claim_type,
        dated_claims.member_id,
        dated_claims.claim_status,
        dated_claims.replaces_claim_id,
        dated_claims.bill_type_code,
        dated_claims.claim_start_date,
        dated_claims.claim_end_date,
        dated_claims.claim_line_start_date,
        dated_claims.paid_date,
        dated_claims.hcpcs_code,
        dated_claims.ndc_code,
        {%- for position in range(1, 26) %}
        {%- set code = "dated_claims.diagnosis_code_" ~ position %}
        if(list_contains(confirmed.categories, left({{ normalise_icd10(code) }}, 3)), {{ code }}, null)
            as diagnosis_code_{{ position }},
        {%- endfor %}
        dated_claims.load_id,
        dated_claims.load_timestamp
    from dated_claims
    left join confirmed
        on
            dated_claims.member_id = confirmed.member_id
            and year(dated_claims.service_date) = confirmed.service_year
)

select * from final
