-- Grain: one load and one kind of file that it brought (source_table).
-- What was delivered, staged and rejected, and whether it still counts. Later rooms see a load through this table only,
-- and it is here only when all of its files are staged: a load is taken in whole or not at all.
{{ config(post_hook=["{{ tell_lines_not_loaded() }}", "{{ finish_loads() }}"]) }}

{%- set entities = ["members", "enrollments", "plans", "providers", "claims", "supplemental_diagnoses"] %}
{%- set amounts = ["charge_amount", "allowed_amount", "paid_amount"] %}

with

load_batches as (
    select * from {{ source('loads', 'load_batches') }}
    where status != 'abandoned'
),

delivered_files as (
    select
        load_id,
        source_table,
        count(*) as file_count,
        {%- for amount in amounts %}
        sum({{ amount }}) as file_{{ amount }},
        {%- endfor %}
        sum(row_count) as file_row_count
    from {{ source('loads', 'load_files') }}
    group by load_id, source_table
),

typed_counts as (
    {%- for entity in entities %}
    select
        load_id,
        'raw_{{ entity }}' as source_table,
        count(*) as row_count,
        count(*) filter (where reject_reason is null) as staged_row_count,
        count(*) filter (where reject_reason is not null) as rejected_row_count,
        {%- for amount in amounts %}
        {%- if entity == "claims" %}
        sum({{ amount }}) filter (where reject_reason is null) as staged_{{ amount }},
        sum({{ amount }}) filter (where reject_reason is not null) as rejected_{{ amount }},
        {%- else %}
        0 as staged_{{ amount }},
        0 as rejected_{{ amount }},
        {%- endif %}
        {%- endfor %}
        count(*) filter (where starts_with(reject_reason, 'malformed_line_')) as malformed_row_count
    from {{ ref('stg_issuer__' ~ entity ~ '_typed') }}
    group by load_id
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

staged_tables as (
    select
        load_id,
        'raw_' || regexp_extract(relation_name, '^stg_issuer__(.*)_typed$', 1) as source_table
    from {{ source('loads', 'load_progress') }}
    where regexp_full_match(relation_name, 'stg_issuer__.*_typed')
),

whole_loads as (
    select delivered_files.load_id
    from delivered_files
    left join staged_tables
        on
            delivered_files.load_id = staged_tables.load_id
            and delivered_files.source_table = staged_tables.source_table
    group by delivered_files.load_id
    having count(*) = count(staged_tables.source_table)
),

counted_loads as (
    select
        load_batches.load_id,
        load_batches.load_timestamp,
        load_batches.claims_mode,
        delivered_files.* exclude (load_id),
        typed_counts.* exclude (load_id, source_table),
        delivered_files.source_table in ('raw_claims', 'raw_supplemental_diagnoses')
        and load_batches.claims_mode = 'changes' as is_addition
    from load_batches
    inner join whole_loads
        on load_batches.load_id = whole_loads.load_id
    inner join delivered_files
        on load_batches.load_id = delivered_files.load_id
    left join typed_counts
        on
            delivered_files.load_id = typed_counts.load_id
            and delivered_files.source_table = typed_counts.source_table
),

final as (
    select
        load_id,
        load_timestamp,
        source_table,
        claims_mode,
        -- What replaces all before it, and what was added since.
        count(*) filter (where not is_addition) over later_loads
        = 0 as is_in_force,
        cast(file_count as integer) as file_count,
        cast(coalesce(file_row_count, 0) as bigint) as file_row_count,
        cast(coalesce(row_count, 0) as bigint) as row_count,
        cast(coalesce(staged_row_count, 0) as bigint) as staged_row_count,
        cast(coalesce(rejected_row_count, 0) as bigint) as rejected_row_count,
        {%- for amount in amounts %}
        cast(coalesce(file_{{ amount }}, 0) as decimal(18, 2)) as file_{{ amount }},
        cast(coalesce(staged_{{ amount }}, 0) as decimal(18, 2)) as staged_{{ amount }},
        cast(coalesce(rejected_{{ amount }}, 0) as decimal(18, 2)) as rejected_{{ amount }},
        {%- endfor %}
        cast(coalesce(malformed_row_count, 0) as bigint) as malformed_row_count
    from counted_loads
    window later_loads as (
        partition by source_table
        order by load_timestamp, load_id
        rows between 1 following and unbounded following
    )
)

select * from final
