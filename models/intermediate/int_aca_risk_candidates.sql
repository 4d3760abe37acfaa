-- Grain: one row per member and segment that might be scored; members without coverage in the benefit year have one
-- row without a segment.
-- A score speaks about the whole year of a member. So a member with one segment that cannot be scored is not scored
-- on the others either: reject_reason is the member's, segment_reject_reason says which segment is to blame.
{{ config(post_hook="{{ stop_on_unknown_gender() }}") }}

{%- set age_basis = choice_var("age_basis", ["last_enrolled_day", "december_31"]) %}
{%- set invalid_gender = choice_var("invalid_gender", ["skip", "coerce", "error"]) %}
{%- set coerce_gender = choice_var("coerce_gender", ["M", "F"]) %}

with

members as (
    select
        *,
        case
            when gender in ('M', 'MALE') then 'M'
            when gender in ('F', 'FEMALE') then 'F'
            {%- if invalid_gender == "coerce" %}
            else '{{ coerce_gender }}'
            {%- endif %}
        end as sex
    from {{ members_relation() }}
),

member_months as (
    select * from {{ ref('int_member_months') }}
),

plans as (
    select * from {{ ref('stg_issuer__plans') }}
    where effective_year = {{ benefit_year() }}
),

metal_levels as (
    select * from {{ ref('cms_metal_level') }}
),

csr_adjustments as (
    select * from {{ ref('cms_csr_adjustment') }}
    where
        model_year = {{ model_year() }}
        and hios_variant_id is not null
),

segments as (
    select
        member_months.*,
        right(member_months.hios_plan_id, 2) as csr_variant,
        plans.hios_plan_id is not null as is_known_plan,
        metal_levels.metal_level,
        csr_adjustments.csr_indicator,
        csr_adjustments.factor as csr_factor
    from member_months
    left join plans
        on member_months.hios_plan_id = plans.hios_plan_id
    left join metal_levels
        on plans.metal_level = metal_levels.metal_level
    left join csr_adjustments
        on
            right(member_months.hios_plan_id, 2) = csr_adjustments.hios_variant_id
            -- A row without a metal level (no reduction at all) holds for every metal.
            and metal_levels.metal_level = coalesce(csr_adjustments.metal_level, metal_levels.metal_level)
),

candidates as (
    select
        coalesce(segments.member_id, members.member_id) as member_id,
        members.member_id is not null as is_known_member,
        members.sex,
        members.birth_date,
        members.state,
        members.rating_area,
        segments.* exclude (member_id, benefit_year),
        {% if age_basis == "december_31" -%}
        make_date({{ benefit_year() }}, 12, 31)
        {%- else -%}
        segments.last_covered_date
        {%- endif %} as age_date
    from members
    full outer join segments
        on members.member_id = segments.member_id
),

judged_segments as (
    select
        *,
        case
            when segment_number is null then 'no_coverage_in_benefit_year'
            when not is_known_member then 'member_unknown'
            when birth_date is null then 'missing_birth_date'
            when birth_date > last_covered_date then 'born_after_coverage'
            when sex is null then 'unknown_gender'
            when not is_known_plan then 'plan_unknown'
            when metal_level is null then 'metal_level_unknown'
            when csr_factor is null then 'csr_variant_not_for_metal'
        end as segment_reject_reason
    from candidates
),

judged_members as (
    select
        member_id,
        arg_min(segment_reject_reason, segment_number) as reject_reason
    from judged_segments
    where segment_number is not null and segment_reject_reason is not null
    group by member_id
),

final as (
    select
        judged_segments.member_id,
        judged_segments.segment_number,
        judged_segments.hios_plan_id,
        judged_segments.metal_level,
        judged_segments.csr_variant,
        judged_segments.csr_indicator,
        judged_segments.csr_factor,
        judged_segments.sex,
        judged_segments.birth_date,
        case
            when judged_segments.birth_date <= judged_segments.last_covered_date
                then {{ whole_years("judged_segments.birth_date", "judged_segments.age_date") }}
        end as age_last,
        judged_segments.enrollment_days,
        judged_segments.enrollment_months,
        judged_segments.segment_days,
        judged_segments.member_months,
        judged_segments.segment_first_date,
        judged_segments.segment_last_date,
        judged_segments.state,
        judged_segments.rating_area,
        {{ model_year() }} as model_year,
        {{ benefit_year() }} as benefit_year,
        judged_segments.segment_reject_reason,
        coalesce(judged_members.reject_reason, judged_segments.segment_reject_reason) as reject_reason
    from judged_segments
    left join judged_members
        on judged_segments.member_id = judged_members.member_id
)

select * from final
