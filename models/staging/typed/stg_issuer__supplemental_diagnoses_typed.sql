-- Grain: one line of the supplemental diagnosis files as delivered, readable or not.

{%- set parsed = {
    "service_date": issuer_date("service_date"),
    "processed_date": issuer_date("processed_date"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_supplemental_diagnoses') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {{ issuer_text("supplemental_diagnosis_id") }} as supplemental_diagnosis_id,
        {{ issuer_text("member_id") }} as member_id,
        {{ issuer_text("claim_id") }} as claim_id,
        case lower({{ issuer_text("action_code") }})
            when 'a' then 'add'
            when 'd' then 'delete'
            when 'v' then 'void'
            else lower({{ issuer_text("action_code") }})
        end as action_code,
        {{ issuer_text("original_supplemental_diagnosis_id") }} as original_supplemental_diagnosis_id,
        {{ normalise_icd10("diagnosis_code") }} as diagnosis_code,
        {{ parsed.service_date }} as service_date,
        {{ parsed.processed_date }} as processed_date,
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

numbered_lines as (
    -- As with members: the first file by name counts.
    select
        *,
        row_number() over (
            partition by load_id, supplemental_diagnosis_id
            order by
                source_file asc,
                source_row_number asc,
                processed_date desc,
                service_date desc,
                {{ content_hash_of_line() }} asc
        ) as copy_number
    from typed_lines
),

final as (
    select
        * exclude (copy_number),
        {{ first_failed_check([
            [
                "supplemental_diagnosis_id is null",
                "missing_supplemental_diagnosis_id",
                "supplemental_diagnosis_id",
            ],
            ["copy_number > 1", "duplicate_supplemental_diagnosis", "supplemental_diagnosis_id"],
            [
                "coalesce(action_code not in ('add', 'delete', 'void'), true)",
                "unknown_action_code",
                "action_code",
            ],
            [
                "action_code = 'void' and original_supplemental_diagnosis_id is null",
                "missing_original_supplemental_diagnosis_id",
                "original_supplemental_diagnosis_id",
            ],
            ["action_code != 'void' and member_id is null", "missing_member_id", "member_id"],
            ["action_code != 'void' and claim_id is null", "missing_claim_id", "claim_id"],
            ["action_code != 'void' and diagnosis_code is null", "missing_diagnosis_code", "diagnosis_code"],
        ]) }}
    from numbered_lines
)

select * from final
