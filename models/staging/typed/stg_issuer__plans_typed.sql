-- Grain: one line of the plans files as delivered, readable or not.
{{ config(post_hook="{{ keep_malformed_lines('raw_plans') }}") }}

{%- set parsed = {
    "hios_plan_id": issuer_plan_id("hios_plan_id"),
    "effective_year": issuer_number("effective_year", "integer"),
} %}

with

raw_lines as (
    select * from {{ ref('raw_plans') }}
),

typed_lines as (
    select
        {{ parsed.hios_plan_id }} as hios_plan_id,
        {{ parsed.effective_year }} as effective_year,
        {{ issuer_text("plan_name") }} as plan_name,
        -- CMS publishes no coefficients for expanded bronze: it is bronze with a wider range of actuarial value.
        regexp_replace(lower({{ issuer_text("metal_level") }}), '^expanded[ _-]*bronze$', 'bronze') as metal_level,
        lower({{ issuer_text("market") }}) as market,
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
            partition by hios_plan_id, effective_year
            order by source_file, source_row_number, metal_level, market, plan_name
        ) as copy_number
    from typed_lines
),

final as (
    select
        * exclude (copy_number),
        {{ first_failed_check([
            [is_unreadable("hios_plan_id"), "invalid_hios_plan_id", "hios_plan_id"],
            ["hios_plan_id is null", "missing_hios_plan_id", "hios_plan_id"],
            ["effective_year is null", "invalid_year", "effective_year"],
            ["copy_number > 1", "duplicate_plan", "hios_plan_id"],
        ]) }}
    from numbered_lines
)

select * from final
