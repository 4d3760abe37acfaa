-- Grain: claim_id: the valid lines of a claim, added up.
-- What a claim has one of (type, member, plan, provider, and the keys of their versions) is that of its first line, by
-- service date and number; why facts carry two keys of a version stands in fct_claim_line. A claim is paid when any of
-- its lines is. Its amounts are those of all its lines, whatever became of them.
{{ config(
    materialized="incremental",
    incremental_strategy="append",
    on_schema_change="append_new_columns",
    pre_hook="{{ take_out_claims_to_refresh() }}",
    post_hook="{{ record_loads('fct_claim') }}",
) }}
-- Read by the pre-hook:
-- depends_on: {{ ref('stg_issuer__loads') }}
-- depends_on: {{ ref('stg_issuer__claims') }}
-- depends_on: {{ ref('dim_member') }}
-- depends_on: {{ ref('dim_plan') }}
-- depends_on: {{ ref('dim_provider') }}

with

lines as not materialized (
    select
        *,
        -- The line number counted in microseconds of the service date: as the order of lines is one number, the first
        -- line is found in half the time of a sort.
        epoch_us(service_date) + claim_line_number as line_order,
        case claim_status when 'paid' then 1 when 'denied' then 2 when 'replaced' then 3 else 4 end as status_order
    from {{ ref('fct_claim_line') }}
    {%- if is_incremental() %}
    where claim_id in (select claim_id from {{ claims_to_refresh() }})
    {%- endif %}
),

claims as (
    select
        claim_id,
        min(line_order) as first_line_order,
        -- Not every line repeats it.
        min(replaces_claim_id) as replaces_claim_id,
        ['paid', 'denied', 'replaced', 'void'][min(status_order)] as claim_status,
        bool_or(is_in_force) as is_in_force,
        min(claim_start_date) as claim_start_date,
        max(claim_end_date) as claim_end_date,
        max(paid_date_key) as paid_date_key,
        count(*) as line_count,
        sum(charge_amount) as claim_amount,
        sum(allowed_amount) as allowed_amount,
        sum(paid_amount) as paid_amount,
        arg_max(load_id, load_timestamp) as load_id,
        max(load_timestamp) as load_timestamp
    from lines
    group by claim_id
),

claim_statuses as (
    select * from {{ ref('dim_claim_status') }}
),

final as (
    select
        claims.claim_id,
        first_lines.claim_type,
        claims.claim_status,
        claims.is_in_force,
        claims.replaces_claim_id,
        first_lines.member_id,
        first_lines.hios_plan_id,
        first_lines.provider_id,
        claims.claim_start_date,
        claims.claim_end_date,
        first_lines.service_date,
        first_lines.service_date_key,
        claims.paid_date_key,
        first_lines.member_sk,
        first_lines.member_current_sk,
        first_lines.plan_sk,
        first_lines.plan_current_sk,
        first_lines.provider_sk,
        first_lines.provider_current_sk,
        first_lines.geography_sk,
        first_lines.diagnosis_sk,
        coalesce(claim_statuses.claim_status_sk, -1) as claim_status_sk,
        cast(claims.line_count as integer) as line_count,
        cast(claims.claim_amount as decimal(18, 2)) as claim_amount,
        cast(claims.allowed_amount as decimal(18, 2)) as allowed_amount,
        cast(claims.paid_amount as decimal(18, 2)) as paid_amount,
        claims.load_id,
        claims.load_timestamp
    from claims
    inner join lines as first_lines
        on
            claims.claim_id = first_lines.claim_id
            and claims.first_line_order = first_lines.line_order
    left join claim_statuses
        on claims.claim_status = claim_statuses.claim_status
)

select * from final
