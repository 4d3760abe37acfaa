-- Grain: one line of the members files as delivered, readable or not.
{{ config(post_hook="{{ keep_malformed_lines('raw_members') }}") }}

{%- set parsed = {"birth_date": issuer_date("birth_date")} %}

with

raw_lines as (
    select * from {{ ref('raw_members') }}
),

typed_lines as (
    select
        {{ issuer_text("member_id") }} as member_id,
        {{ issuer_text("subscriber_id") }} as subscriber_id,
        {{ issuer_text("first_name") }} as first_name,
        {{ issuer_text("last_name") }} as last_name,
        {{ parsed.birth_date }} as birth_date,
        upper({{ issuer_text("gender") }}) as gender,
        upper({{ issuer_text("state") }}) as state,
        {{ issuer_text("zip_code") }} as zip_code,
        {{ issuer_text("rating_area") }} as rating_area,
        source_file,
        source_row_number,
        {{ unreadable_columns(parsed) }} as unreadable_columns
    from raw_lines
),

numbered_lines as (
    -- Of several lines of a member the one of the first file by name counts, and of several in one file the first row
    -- where rows are numbered (Parquet). In a CSV file the values decide: arbitrary, but the same on every run.
    select
        *,
        row_number() over (
            partition by member_id
            order by
                source_file, source_row_number, birth_date, gender, subscriber_id, state, zip_code, rating_area,
                last_name, first_name
        ) as copy_number
    from typed_lines
),

final as (
    select
        * exclude (copy_number),
        {{ first_failed_check([
            ["member_id is null", "missing_member_id", "member_id"],
            ["copy_number > 1", "duplicate_member", "member_id"],
        ]) }}
    from numbered_lines
)

select * from final
