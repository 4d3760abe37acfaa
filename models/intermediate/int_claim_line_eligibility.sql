-- Grain: one claim line as staged; the ledger that answers why a line was or was not counted.
-- Every line has exactly one reason, ACCEPT or the first that applies of the list in `judged_lines`. The order goes
-- from the record (was it known by then, is it the valid version) to the member, the dates and last the codes, so that
-- a reason never rests on a record that another one has overtaken.
--
-- The lines are streamed, never held: of five million members they are several times the memory limit. Two optimizers
-- of DuckDB would hold them. It takes the lines for a twentieth of what they are (it cannot know how few are rejected)
-- and would build hash tables of them, so every join below has its small side on the right and keeps it there; and it
-- would store what two readers have in common.
{{
    config(
        pre_hook="set disabled_optimizers = 'build_side_probe_side,common_subplan'",
        post_hook="reset disabled_optimizers",
    )
}}

with

-- Not materialized, here and below: of several readers only the last needs all columns, and reading a table is cheaper
-- than copying it.
claims as not materialized (
    select
        claim_id,
        claim_line_number,
        claim_type,
        member_id,
        claim_status,
        replaces_claim_id,
        bill_type_code,
        -- Only institutional claims have a type of bill. Conditions on one side of a left join are columns here and
        -- not part of the join, which would otherwise compare every pair of rows.
        case when claim_type = 'institutional' then left(bill_type_code, 2) end as bill_type_prefix,
        claim_start_date,
        claim_end_date,
        claim_line_start_date,
        paid_date,
        hcpcs_code,
        ndc_code,
        load_id,
        load_timestamp,
        -- One text instead of 25 columns, before any join has to carry them; a list takes four times as long to store.
        case
            when claim_type != 'pharmacy'
                then nullif(concat_ws(
                    '|',
                    {%- for position in range(1, 26) %}
                    diagnosis_code_{{ position }}{{ "," if not loop.last }}
                    {%- endfor %}
                ), '')
        end as diagnosis_codes
    from {{ claims_relation() }}
),

members as (
    select member_id from {{ members_relation() }}
),

coverage_spans as (
    select * from {{ ref('int_coverage_spans') }}
),

eligible_bill_types as (
    select * from {{ ref('cms_eligible_bill_type') }}
    where model_year = {{ model_year() }}
),

eligible_service_codes as (
    select hcpcs from {{ ref('cms_eligible_hcpcs') }}
    where model_year = {{ model_year() }}
),

dated_lines as not materialized (
    select
        claims.claim_id,
        claims.claim_line_number,
        hash(claims.claim_id, claims.claim_line_number) as line_hash,
        claims.claim_type,
        claims.member_id,
        claims.claim_status,
        claims.replaces_claim_id,
        claims.bill_type_code,
        claims.paid_date,
        claims.hcpcs_code,
        claims.ndc_code,
        claims.load_id,
        claims.load_timestamp,
        {%- if paid_through() is none %}
        false
        {%- else %}
        -- A line without a paid date cannot be shown to have been paid by the cut-off.
        coalesce(claims.paid_date > {{ paid_through() }}, true)
        {%- endif %} as is_after_cutoff,
        eligible_bill_types.bill_type_prefix is not null as has_eligible_bill_type,
        -- Professional claims have no bill type; they always need a code.
        coalesce(eligible_bill_types.requires_service_code, true) as requires_service_code,
        -- A stay belongs to its discharge, as for CMS, so that one across New Year counts once, in the later year.
        coalesce(
            case when eligible_bill_types.setting = 'inpatient' then claims.claim_end_date end,
            claims.claim_line_start_date,
            claims.claim_start_date
        ) as service_date,
        claims.diagnosis_codes
    from claims
    left join eligible_bill_types
        on claims.bill_type_prefix = eligible_bill_types.bill_type_prefix
),

repeated_keys as (
    -- By hash, which halves the time. Two different lines of one hash do no harm: they are only looked at more closely.
    select line_hash
    from dated_lines
    group by line_hash
    having count(*) > 1
),

repeated_lines as (
    -- The copy of the newest delivery is the valid one, within a delivery the one decided last, on one day the more
    -- cautious status. The rest of the order only makes the choice the same on every run.
    select
        dated_lines.*,
        row_number() over (
            partition by claim_id, claim_line_number
            order by
                is_after_cutoff asc,
                load_timestamp desc nulls last,
                load_id desc nulls last,
                paid_date desc nulls last,
                case claim_status when 'void' then 1 when 'replaced' then 2 when 'denied' then 3 else 4 end asc,
                service_date asc,
                member_id asc,
                claim_type asc,
                bill_type_code asc,
                hcpcs_code asc,
                ndc_code asc,
                diagnosis_codes asc,
                replaces_claim_id asc
        ) as copy_number
    from dated_lines
    semi join repeated_keys
        on dated_lines.line_hash = repeated_keys.line_hash
),

numbered_lines as (
    select * from repeated_lines
    union all by name
    select
        dated_lines.*,
        1 as copy_number
    from dated_lines
    anti join repeated_keys
        on dated_lines.line_hash = repeated_keys.line_hash
),

replacing_lines as (
    -- Valid copies only: a replacement that a later delivery has voided replaces nothing.
    select
        claim_id,
        claim_status,
        is_after_cutoff,
        replaces_claim_id
    from repeated_lines
    where copy_number = 1
    union all
    select
        dated_lines.claim_id,
        dated_lines.claim_status,
        dated_lines.is_after_cutoff,
        dated_lines.replaces_claim_id
    from dated_lines
    anti join repeated_keys
        on dated_lines.line_hash = repeated_keys.line_hash
    where dated_lines.replaces_claim_id is not null
),

replaced_claims as (
    select distinct replaces_claim_id as claim_id
    from replacing_lines
    where
        claim_status = 'paid'
        and not is_after_cutoff
        and replaces_claim_id != claim_id
),

judged_lines as not materialized (
    select
        numbered_lines.*,
        eligible_service_codes.hcpcs is not null as has_eligible_service_code,
        case
            when numbered_lines.is_after_cutoff then 'paid_after_cutoff'
            when numbered_lines.copy_number > 1 then 'duplicate'
            when numbered_lines.claim_status in ('void', 'replaced') or replaced_claims.claim_id is not null
                then 'void_or_replaced'
            when coalesce(numbered_lines.claim_status != 'paid', true) then 'denied'
            when members.member_id is null then 'member_unknown'
            when coalesce(year(numbered_lines.service_date) != {{ benefit_year() }}, true)
                then 'outside_benefit_year'
            when coverage_spans.member_id is null then 'outside_enrollment'
            when numbered_lines.claim_type = 'institutional' and not numbered_lines.has_eligible_bill_type
                then 'bill_type_not_eligible'
        end as line_reason
    from numbered_lines
    left join replaced_claims
        on numbered_lines.claim_id = replaced_claims.claim_id
    left join members
        on numbered_lines.member_id = members.member_id
    -- At most one span holds a day of a member, so the join repeats no line.
    left join coverage_spans
        on
            numbered_lines.member_id = coverage_spans.member_id
            and numbered_lines.service_date >= coverage_spans.first_covered_date
            and numbered_lines.service_date <= coverage_spans.last_covered_date
    left join eligible_service_codes
        on numbered_lines.hcpcs_code = eligible_service_codes.hcpcs
),

qualified_claims as (
    -- Once one line qualifies, the diagnoses of all lines of the claim that stand count.
    select distinct claim_id
    from judged_lines
    where
        line_reason is null
        and claim_type != 'pharmacy'
        and (has_eligible_service_code or not requires_service_code)
),

final as (
    select
        judged_lines.claim_id,
        judged_lines.claim_line_number,
        cast(judged_lines.copy_number as integer) as copy_number,
        judged_lines.load_id,
        judged_lines.member_id,
        judged_lines.claim_type,
        judged_lines.bill_type_code,
        judged_lines.service_date,
        case
            when judged_lines.line_reason is not null then judged_lines.line_reason
            when judged_lines.claim_type != 'pharmacy' and qualified_claims.claim_id is null
                then 'no_eligible_service_code'
            else 'ACCEPT'
        end as reason,
        judged_lines.line_reason is null
        and judged_lines.claim_type != 'pharmacy'
        and qualified_claims.claim_id is not null as is_diagnosis_eligible,
        judged_lines.line_reason is null
        and judged_lines.claim_type != 'pharmacy'
        and judged_lines.hcpcs_code is not null as is_service_eligible,
        judged_lines.line_reason is null
        and judged_lines.claim_type = 'pharmacy'
        and judged_lines.ndc_code is not null as is_drug_eligible,
        judged_lines.hcpcs_code,
        judged_lines.ndc_code,
        judged_lines.diagnosis_codes
    from judged_lines
    left join qualified_claims
        on judged_lines.claim_id = qualified_claims.claim_id
)

select * from final
