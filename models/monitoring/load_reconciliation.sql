-- Grain: one load and one kind of file that it brought (source_table).
-- Follows every row and dollar from the files through staging into the warehouse. What left on the way is counted where
-- it left (superseded copies among the staged lines, never as what the facts lack), so that a lost fact shows.

{%- set amounts = ["charge_amount", "allowed_amount", "paid_amount"] %}
{%- set rosters = {
    "members": ["dim_member", "member_sk", ["member_id"]],
    "plans": ["dim_plan", "plan_sk", ["plan_id", "effective_year"]],
    "providers": ["dim_provider", "provider_sk", ["provider_id"]],
} %}

with

loads as (
    select * from {{ ref('stg_issuer__loads') }}
),

claim_lines as not materialized (
    select * from {{ ref('stg_issuer__claims') }}
),

repeated_line_hashes as (
    -- By hash, which halves the time. Two different lines of one hash do no harm: they are only looked at more closely.
    select hash(claim_id, claim_line_number) as line_hash
    from claim_lines
    group by line_hash
    having count(*) > 1
),

superseded_lines as (
    select *
    from claim_lines
    semi join repeated_line_hashes
        on hash(claim_lines.claim_id, claim_lines.claim_line_number) = repeated_line_hashes.line_hash
    qualify row_number() over (partition by claim_id, claim_line_number order by {{ valid_copy_first() }}) > 1
),

superseded_supplemental_diagnoses as (
    select * from {{ ref('stg_issuer__supplemental_diagnoses_typed') }}
    where
        reject_reason is null
        and load_id in (
            select loads.load_id from loads
            where loads.source_table = 'raw_supplemental_diagnoses' and loads.is_in_force
        )
    qualify row_number() over (
        partition by supplemental_diagnosis_id
        order by load_timestamp desc, load_id desc
    ) > 1
),

superseded as (
    select
        load_id,
        'raw_claims' as source_table,
        {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        count(*) as row_count
    from superseded_lines
    group by load_id
    union all by name
    select
        load_id,
        'raw_supplemental_diagnoses' as source_table,
        count(*) as row_count
    from superseded_supplemental_diagnoses
    group by load_id
),

warehouse as (
    -- Amounts are on claim lines only; by name, so that the others leave them out.
    select
        load_id,
        'raw_claims' as source_table,
        {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        count(*) as row_count
    from {{ ref('fct_claim_line') }}
    group by load_id
    union all by name
    select
        load_id,
        'raw_enrollments' as source_table,
        sum(span_count) as row_count
    from {{ ref('fct_enrollment') }}
    group by load_id
    union all by name
    -- These make no fact: the intermediate room reads them from staging.
    select
        load_id,
        'raw_supplemental_diagnoses' as source_table,
        count(*) as row_count
    from {{ ref('stg_issuer__supplemental_diagnoses') }}
    group by load_id
    {%- for entity, (dimension, surrogate_key, key_columns) in rosters.items() %}
    union all by name
    -- A version keeps the load that made it; what is current now is what the roster in force says.
    select
        (
            select loads.load_id from loads
            where loads.source_table = 'raw_{{ entity }}' and loads.is_in_force
        ) as load_id,
        'raw_{{ entity }}' as source_table,
        count(*) as row_count
    from {{ ref(dimension) }}
    where current_flag and {{ surrogate_key }} != -1
    having count(*) > 0
    {%- endfor %}
),

followed as (
    select
        coalesce(loads.load_id, warehouse.load_id) as load_id,
        loads.load_timestamp,
        coalesce(loads.source_table, warehouse.source_table) as source_table,
        coalesce(loads.is_in_force, false) as is_in_force,
        coalesce(loads.file_row_count, 0) as file_row_count,
        coalesce(loads.malformed_row_count, 0) as malformed_row_count,
        coalesce(loads.staged_row_count, 0) as staged_row_count,
        coalesce(loads.rejected_row_count, 0) as rejected_row_count,
        {%- for amount in amounts %}
        coalesce(loads.file_{{ amount }}, 0) as file_{{ amount }},
        coalesce(loads.staged_{{ amount }}, 0) as staged_{{ amount }},
        coalesce(loads.rejected_{{ amount }}, 0) as rejected_{{ amount }},
        coalesce(superseded.{{ amount }}, 0) as superseded_{{ amount }},
        case when loads.is_in_force then 0 else coalesce(loads.staged_{{ amount }}, 0) end as out_of_force_{{ amount }},
        coalesce(warehouse.{{ amount }}, 0) as warehouse_{{ amount }},
        {%- endfor %}
        coalesce(superseded.row_count, 0) as superseded_row_count,
        case when loads.is_in_force then 0 else coalesce(loads.staged_row_count, 0) end as out_of_force_row_count,
        coalesce(warehouse.row_count, 0) as warehouse_row_count
    from loads
    -- Full: rows of a load that staging does not know are in the warehouse without a reason.
    full outer join warehouse
        on
            loads.load_id = warehouse.load_id
            and loads.source_table = warehouse.source_table
    left join superseded
        on
            loads.load_id = superseded.load_id
            and loads.source_table = superseded.source_table
),

final as (
    select
        load_id,
        load_timestamp,
        source_table,
        is_in_force,
        {%- for part in ["file", "malformed", "staged", "rejected", "superseded", "out_of_force", "warehouse"] %}
        cast({{ part }}_row_count as bigint) as {{ part }}_row_count,
        {%- endfor %}
        {%- for amount in amounts %}
        {%- for part in ["file", "staged", "rejected", "superseded", "out_of_force", "warehouse"] %}
        cast({{ part }}_{{ amount }} as decimal(18, 2)) as {{ part }}_{{ amount }},
        {%- endfor %}
        {%- endfor %}
        {%- for amount in amounts %}
        cast(file_{{ amount }} - staged_{{ amount }} - rejected_{{ amount }} as decimal(18, 2))
            as staging_{{ amount }}_difference,
        cast(
            staged_{{ amount }} - superseded_{{ amount }} - out_of_force_{{ amount }} - warehouse_{{ amount }}
            as decimal(18, 2)
        ) as warehouse_{{ amount }}_difference,
        {%- endfor %}
        cast(file_row_count + malformed_row_count - staged_row_count - rejected_row_count as bigint)
            as staging_row_count_difference,
        cast(staged_row_count - superseded_row_count - out_of_force_row_count - warehouse_row_count as bigint)
            as warehouse_row_count_difference
    from followed
)

select * from final
