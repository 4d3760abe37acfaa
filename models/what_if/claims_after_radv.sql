-- Grain: one claim line as staged, with the columns that scoring reads, of the claims that an audit leaves standing.
-- What if an audit (HHS-RADV) found no record for some claims? Each claim is dropped with the probability that
-- radv_drop_rates gives for its type; radv_seed picks the replicate. A claim and what it replaces stand or fall
-- together: a correction that is dropped must not bring the claim back that it has corrected.
-- The same seed drops the same claims, on any machine and in any order of rows. Without a seed none is dropped.
-- For the var claims_view, together with the staged enrollments and members.

{%- set seed = radv_seed() %}
{%- set drop_rates = radv_drop_rates() %}
{%- set seed_text = sql_literal(seed | string if seed is not none else none) %}
{%- set drop_rates_text = sql_literal(json_text(drop_rates) if drop_rates else "null") %}

with recursive

-- Not materialized: reading the staged table twice is cheaper than copying its columns.
claims as not materialized (
    select * from {{ ref('stg_issuer__claims') }}
),

-- The vars are in this view's text. A scoring run with others would name a replicate that it has not scored.
runs_with_other_settings as (
    select run_id
    from {{ source('runs', 'run_registry') }}
    where
        status = 'started'
        and lower(resolved_vars ->> 'claims_view') = lower('{{ this.schema }}.{{ this.identifier }}')
        and (
            (resolved_vars ->> 'radv_seed') is null
            or (resolved_vars ->> 'radv_seed') is distinct from {{ seed_text }}
            or cast(resolved_vars -> 'radv_drop_rates' as varchar)
            is distinct from cast(json({{ drop_rates_text }}) as varchar)
        )
),

replacements as (
    select distinct
        claim_id,
        replaces_claim_id
    from claims
    where replaces_claim_id != claim_id
),

chains as (
    -- Everything that a claim replaces, and what that has replaced. `union` ends circles, too.
    select
        claim_id,
        replaces_claim_id
    from replacements
    union
    select
        chains.claim_id,
        replacements.replaces_claim_id
    from chains
    inner join replacements on chains.replaces_claim_id = replacements.claim_id
),

first_claims as (
    select
        chains.claim_id,
        min(chains.replaces_claim_id) as first_claim_id
    from chains
    anti join replacements
        on chains.replaces_claim_id = replacements.claim_id
    group by all
),

audited_claims as not materialized (
    select
        claims.*,
        coalesce(first_claims.first_claim_id, claims.claim_id) as audited_claim_id
    from claims
    left join first_claims
        on claims.claim_id = first_claims.claim_id
),

drawn_claims as not materialized (
    select
        *,
        {%- if seed is none %}
        false
        {%- else %}
        -- From 0 to below 1. MD5 is the same in every version of the database, which hash() is not.
        md5_number_lower(audited_claim_id || '|{{ seed }}') / 18446744073709551616.0
        < case claim_type
            {%- for claim_type, rate in drop_rates.items() %}
            when '{{ claim_type }}' then {{ rate }}
            {%- endfor %}
        end
        {%- endif %} as is_dropped
    from audited_claims
),

final as (
    select
        claim_id,
        claim_line_number,
        claim_type,
        member_id,
        claim_status,
        replaces_claim_id,
        bill_type_code,
        claim_start_date,
        claim_end_date,
        claim_line_start_date,
        paid_date,
        hcpcs_code,
        ndc_code,
        {%- for position in range(1, 26) %}
        diagnosis_code_{{ position }},
        {%- endfor %}
        load_id,
        load_timestamp
    from drawn_claims
    where
        not is_dropped
        and case
            when (select count(*) from runs_with_other_settings) = 0 then true
            else error(
                '{{ this.schema }}.{{ this.identifier }} was made with other values of radv_seed and radv_drop_rates '
                || 'than those of this run, or without any. Make it with them: '
                || 'dbt run --select path:models/what_if --vars ...'
            )
        end
)

select * from final
