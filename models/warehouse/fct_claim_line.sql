-- Grain: claim_id, claim_line_number: the valid copy of each claim line of the loads in force.
-- Facts carry two keys of each member, plan and provider. x_sk is the version that was valid on the service date: who
-- the member was then, for results that must not move when somebody changes plan or moves house. x_current_sk is the
-- newest version: who the member is now, to put the whole past under today's attributes. Neither can be had from the
-- other without going back to the dimension. What a dimension does not know is its row -1: no line is left out.
-- A full and an incremental run give the same rows: the only difference is the claims that are read.
{{ config(
    materialized="incremental",
    incremental_strategy="append",
    on_schema_change="append_new_columns",
    pre_hook="{{ take_out_claims_to_refresh() }}",
    post_hook="{{ record_loads('fct_claim_line') }}",
) }}
-- depends_on: {{ ref('stg_issuer__loads') }}

with

-- All lines are read three times, with the columns that are needed: cheaper than copying them. A few lines are copied:
-- finding them costs more.
loaded_lines as {{ "" if is_incremental() else "not " }}materialized (
    select
        claim_id,
        claim_line_number,
        hash(claim_id, claim_line_number) as line_hash,
        claim_type,
        claim_status,
        replaces_claim_id,
        member_id,
        hios_plan_id,
        provider_id,
        bill_type_code,
        place_of_service_code,
        hcpcs_code,
        revenue_center_code,
        ndc_code,
        diagnosis_code_1,
        claim_start_date,
        claim_end_date,
        coalesce(claim_line_start_date, claim_start_date) as service_date,
        paid_date,
        quantity,
        days_supply,
        charge_amount,
        allowed_amount,
        paid_amount,
        load_id,
        load_timestamp,
        source_file
    from {{ ref('stg_issuer__claims') }}
    {%- if is_incremental() %}
    where claim_id in (select claim_id from {{ claims_to_refresh() }})
    {%- endif %}
),

repeated_keys as (
    -- By hash, which halves the time. Two different lines of one hash do no harm: they are only looked at more closely.
    select line_hash
    from loaded_lines
    group by line_hash
    having count(*) > 1
),

chosen_copies as (
    -- The hash of the whole line decides between copies of the same dollars: the choice is the same on every run.
    select loaded_lines.*
    from loaded_lines
    semi join repeated_keys
        on loaded_lines.line_hash = repeated_keys.line_hash
    qualify row_number() over (
        partition by claim_id, claim_line_number
        order by
            {{ valid_copy_first() | indent(12) }},
            hash(loaded_lines) asc
    ) = 1
),

lines as not materialized (
    select * from chosen_copies
    union all by name
    select loaded_lines.*
    from loaded_lines
    anti join repeated_keys
        on loaded_lines.line_hash = repeated_keys.line_hash
),

replaced_claims as (
    select distinct replaces_claim_id as claim_id
    from lines
    where
        claim_status = 'paid'
        and replaces_claim_id != claim_id
),

diagnosis_spellings as (
    -- Each spelling once: there are thousands of them, and millions of lines.
    select
        diagnosis_code_1,
        {{ normalise_icd10("diagnosis_code_1") }} as diagnosis_code
    from (select distinct diagnosis_code_1 from loaded_lines) as spellings
),

rating_areas as (
    select * from {{ ref('dim_geography') }}
    where geography_level = 'rating_area'
),

members as (
    select
        versions.member_id,
        versions.valid_from_date,
        versions.valid_until_date,
        versions.member_sk,
        versions.current_sk,
        rating_areas.geography_sk
    from ({{ versions_by_day(ref('dim_member'), "member_sk", ["member_id"]) }}) as versions
    left join rating_areas
        on
            versions.state = rating_areas.state
            and {{ rating_area_number("versions.rating_area") }} = rating_areas.rating_area
),

plans as (
    {{ versions_by_day(ref('dim_plan'), "plan_sk", ["hios_plan_id", "effective_year"]) }}
),

providers as (
    {{ versions_by_day(ref('dim_provider'), "provider_sk", ["provider_id"]) }}
),

days as (
    select
        full_date,
        date_key
    from {{ ref('dim_date') }}
),

diagnoses as (
    select * from {{ ref('dim_diagnosis') }}
),

procedures as (
    select * from {{ ref('dim_procedure') }}
),

claim_statuses as (
    select * from {{ ref('dim_claim_status') }}
),

final as (
    -- A version is found by its key and a range of days, of which only one holds the service date: a hash join, and
    -- no line twice.
    select
        lines.claim_id,
        lines.claim_line_number,
        lines.claim_type,
        lines.claim_status,
        lines.claim_status = 'paid' and replaced_claims.claim_id is null as is_in_force,
        lines.replaces_claim_id,
        lines.member_id,
        lines.hios_plan_id,
        lines.provider_id,
        lines.bill_type_code,
        lines.place_of_service_code,
        lines.hcpcs_code,
        lines.revenue_center_code,
        lines.ndc_code,
        diagnosis_spellings.diagnosis_code as principal_diagnosis_code,
        lines.claim_start_date,
        lines.claim_end_date,
        lines.service_date,
        lines.paid_date,
        coalesce(service_days.date_key, -1) as service_date_key,
        coalesce(paid_days.date_key, -1) as paid_date_key,
        coalesce(members.member_sk, -1) as member_sk,
        coalesce(members.current_sk, -1) as member_current_sk,
        coalesce(plans.plan_sk, -1) as plan_sk,
        coalesce(plans.current_sk, -1) as plan_current_sk,
        coalesce(providers.provider_sk, -1) as provider_sk,
        coalesce(providers.current_sk, -1) as provider_current_sk,
        coalesce(members.geography_sk, -1) as geography_sk,
        coalesce(diagnoses.diagnosis_sk, -1) as diagnosis_sk,
        coalesce(procedures.procedure_sk, -1) as procedure_sk,
        coalesce(claim_statuses.claim_status_sk, -1) as claim_status_sk,
        lines.quantity,
        lines.days_supply,
        lines.charge_amount,
        lines.allowed_amount,
        lines.paid_amount,
        lines.load_id,
        lines.load_timestamp,
        lines.source_file
    from lines
    left join replaced_claims
        on lines.claim_id = replaced_claims.claim_id
    left join members
        on
            lines.member_id = members.member_id
            and lines.service_date >= members.valid_from_date
            and lines.service_date < members.valid_until_date
    left join plans
        on
            lines.hios_plan_id = plans.hios_plan_id
            and year(lines.service_date) = plans.effective_year
            and lines.service_date >= plans.valid_from_date
            and lines.service_date < plans.valid_until_date
    left join providers
        on
            lines.provider_id = providers.provider_id
            and lines.service_date >= providers.valid_from_date
            and lines.service_date < providers.valid_until_date
    left join days as service_days
        on lines.service_date = service_days.full_date
    left join days as paid_days
        on lines.paid_date = paid_days.full_date
    left join diagnosis_spellings
        on lines.diagnosis_code_1 = diagnosis_spellings.diagnosis_code_1
    left join diagnoses
        on
            diagnosis_spellings.diagnosis_code = diagnoses.diagnosis_code
            and year(lines.service_date) = diagnoses.model_year
    left join procedures
        on
            lines.hcpcs_code = procedures.hcpcs_code
            and year(lines.service_date) = procedures.model_year
    left join claim_statuses
        on lines.claim_status = claim_statuses.claim_status
)

select * from final
