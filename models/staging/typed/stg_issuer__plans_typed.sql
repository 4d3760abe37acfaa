-- Grain: one line of the plans files as delivered, readable or not.

{%- set parsed = {
    "hios_plan_id": issuer_plan_id("hios_plan_id"),
    "effective_year": issuer_number("effective_year", "integer"),
    "actuarial_value": issuer_number("actuarial_value", "decimal(9, 4)"),
    "monthly_premium": issuer_number("monthly_premium", "decimal(18, 2)"),
    "deductible": issuer_number("deductible", "decimal(18, 2)"),
    "oop_max": issuer_number("oop_max", "decimal(18, 2)"),
    "coinsurance_rate": issuer_number("coinsurance_rate", "decimal(9, 4)"),
    "pcp_copay": issuer_number("pcp_copay", "decimal(18, 2)"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_plans') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {%- for column, expression in parsed.items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        -- An issuer without ids of its own calls its plans as HIOS does.
        coalesce({{ issuer_text("plan_id") }}, {{ parsed.hios_plan_id }}) as plan_id,
        {{ issuer_text("plan_name") }} as plan_name,
        -- CMS publishes no coefficients for expanded bronze: it is bronze with a wider range of actuarial value.
        regexp_replace(lower({{ issuer_text("metal_level") }}), '^expanded[ _-]*bronze$', 'bronze') as metal_level,
        lower({{ issuer_text("market") }}) as market,
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

hios_numbered_lines as (
    -- As with members: the first file by name counts.
    select
        *,
        row_number() over (
            partition by load_id, hios_plan_id, effective_year
            order by source_file, source_row_number, {{ content_hash_of_line() }}
        ) as hios_copy_number
    from typed_lines
),

numbered_lines as (
    -- Only among lines that the first check leaves: a line that is out already puts no other out.
    select
        *,
        row_number() over (
            partition by load_id, plan_id, effective_year, hios_copy_number > 1
            order by source_file, source_row_number, {{ content_hash_of_line() }}
        ) as plan_copy_number
    from hios_numbered_lines
),

final as (
    select
        * exclude (hios_copy_number, plan_copy_number),
        {{ first_failed_check([
            [is_unreadable("hios_plan_id"), "invalid_hios_plan_id", "hios_plan_id"],
            ["hios_plan_id is null", "missing_hios_plan_id", "hios_plan_id"],
            ["effective_year is null", "invalid_year", "effective_year"],
            ["hios_copy_number > 1", "duplicate_plan", "hios_plan_id"],
            ["plan_copy_number > 1", "duplicate_plan", "plan_id"],
        ]) }}
    from numbered_lines
)

select * from final
