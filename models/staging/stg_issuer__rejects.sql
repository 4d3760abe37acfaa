-- Grain: one complaint about a line of the issuer's files: a line that was not taken over (severity rejected), or an
-- optional value that could not be read and is null in a line that was (severity warning).
-- Never the value itself. record_key finds the line; source_row_number is known for Parquet and for malformed lines.
{%- set record_keys = {
    "members": "member_id",
    "enrollments": "member_id",
    "plans": "concat_ws('/', hios_plan_id, effective_year)",
    "providers": "provider_id",
    "claims": "concat_ws('/', claim_id, claim_line_number)",
    "supplemental_diagnoses": "supplemental_diagnosis_id",
} %}

with

lines_with_complaints as (
    {%- for entity, record_key in record_keys.items() %}
    select
        load_id,
        load_timestamp,
        'raw_{{ entity }}' as source_table,
        source_file,
        source_row_number,
        nullif({{ record_key }}, '') as record_key,
        reject_reason,
        rejected_column,
        unreadable_columns
    from {{ ref('stg_issuer__' ~ entity ~ '_typed') }}
    where reject_reason is not null or unreadable_columns is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

rejected_lines as (
    select
        load_id,
        load_timestamp,
        source_table,
        source_file,
        source_row_number,
        record_key,
        'rejected' as severity,
        reject_reason as reason,
        rejected_column as column_name
    from lines_with_complaints
    where reject_reason is not null
),

unreadable_columns as (
    select
        * exclude (unreadable_columns),
        unnest(unreadable_columns) as column_name
    from lines_with_complaints
    where reject_reason is null
),

emptied_values as (
    select
        load_id,
        load_timestamp,
        source_table,
        source_file,
        source_row_number,
        record_key,
        'warning' as severity,
        case
            when ends_with(column_name, '_date') then 'invalid_date'
            when ends_with(column_name, '_amount') then 'invalid_amount'
            when column_name = 'ndc_code' then 'invalid_ndc'
            when column_name = 'hios_plan_id' then 'invalid_hios_plan_id'
            when starts_with(column_name, 'is_') or column_name = 'high_cost_member' then 'invalid_flag'
            else 'invalid_number'
        end as reason,
        column_name
    from unreadable_columns
),

complaints as (
    select * from rejected_lines
    union all
    select * from emptied_values
),

final as (
    select
        complaints.*,
        loads.is_in_force
    from complaints
    inner join {{ ref('stg_issuer__loads') }} as loads
        on
            complaints.load_id = loads.load_id
            and complaints.source_table = loads.source_table
)

select * from final
