-- Grain: one line of the providers files as delivered, readable or not.

with

raw_lines as (
    select * from {{ ref('raw_providers') }}
    where {{ loads_to_stage() }}
),

typed_lines as (
    select
        {{ issuer_text("provider_id") }} as provider_id,
        {{ issuer_text("npi") }} as npi,
        {{ issuer_text("provider_name") }} as provider_name,
        {{ issuer_text("specialty") }} as specialty,
        {{ issuer_text("street") }} as street,
        {{ issuer_text("city") }} as city,
        upper({{ issuer_text("state") }}) as state,
        {{ issuer_text("zip_code") }} as zip_code,
        {{ issuer_text("phone") }} as phone,
        load_id,
        load_timestamp,
        source_file,
        source_row_number,
        -- Every column is text: there is nothing that could not be read.
        cast(null as varchar[]) as unreadable_columns
    from raw_lines
),

numbered_lines as (
    -- As with members: the first file by name counts.
    select
        *,
        row_number() over (
            partition by load_id, provider_id
            order by source_file, source_row_number, {{ content_hash_of_line() }}
        ) as copy_number
    from typed_lines
),

final as (
    select
        * exclude (copy_number),
        {{ first_failed_check([
            ["provider_id is null", "missing_provider_id", "provider_id"],
            ["copy_number > 1", "duplicate_provider", "provider_id"],
        ]) }}
    from numbered_lines
)

select * from final
