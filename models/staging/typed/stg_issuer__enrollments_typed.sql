-- Grain: one line of the enrollments files as delivered, readable or not.
-- Overlapping and repeated spans are no error here: int_coverage_spans resolves them.

{%- set parsed = {
    "hios_plan_id": issuer_plan_id("hios_plan_id"),
    "enrollment_start_date": issuer_date("enrollment_start_date"),
    "enrollment_end_date": issuer_date("enrollment_end_date"),
    "premium_amount": issuer_number("premium_amount", "decimal(18, 2)"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_enrollments') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {{ issuer_text("member_id") }} as member_id,
        {%- for column, expression in parsed.items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

final as (
    select
        *,
        {{ first_failed_check([
            ["member_id is null", "missing_member_id", "member_id"],
            [is_unreadable("hios_plan_id"), "invalid_hios_plan_id", "hios_plan_id"],
            ["hios_plan_id is null", "missing_hios_plan_id", "hios_plan_id"],
            [is_unreadable("enrollment_start_date"), "invalid_date", "enrollment_start_date"],
            ["enrollment_start_date is null", "missing_date", "enrollment_start_date"],
            [is_unreadable("enrollment_end_date"), "invalid_date", "enrollment_end_date"],
            ["enrollment_end_date is null", "missing_date", "enrollment_end_date"],
            ["enrollment_end_date < enrollment_start_date", "end_before_start", "enrollment_end_date"],
        ]) }}
    from typed_lines
)

select * from final
