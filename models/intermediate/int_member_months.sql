-- Grain: one row per member and segment: a plan variant held in the benefit year, for however many spans.
-- Segments are numbered in the order in which their first days were held.

with

coverage_spans as (
    select * from {{ ref('int_coverage_spans') }}
),

enrollment_durations as (
    select * from {{ ref('cms_enrollment_duration') }}
    where model_year = {{ model_year() }}
),

segments as (
    select
        member_id,
        hios_plan_id,
        min(first_covered_date) as segment_first_date,
        max(last_covered_date) as segment_last_date,
        cast(sum(covered_days) as integer) as segment_days
    from coverage_spans
    group by member_id, hios_plan_id
),

members as (
    -- Adding up days is safe: spans of a member do not overlap.
    select
        member_id,
        cast(sum(segment_days) as integer) as enrollment_days,
        max(segment_last_date) as last_covered_date
    from segments
    group by member_id
),

numbered_segments as (
    select
        *,
        cast(
            row_number() over (partition by member_id order by segment_first_date, hios_plan_id) as integer
        ) as segment_number
    from segments
),

final as (
    select
        numbered_segments.member_id,
        numbered_segments.segment_number,
        numbered_segments.hios_plan_id,
        numbered_segments.segment_first_date,
        numbered_segments.segment_last_date,
        numbered_segments.segment_days,
        -- Twelve for a full year, leap year or not.
        cast(
            numbered_segments.segment_days * 12.0
            / (make_date({{ benefit_year() }} + 1, 1, 1) - make_date({{ benefit_year() }}, 1, 1))
            as decimal(9, 6)
        ) as member_months,
        members.enrollment_days,
        enrollment_durations.enrollment_months,
        members.last_covered_date,
        {{ benefit_year() }} as benefit_year
    from numbered_segments
    inner join members
        on numbered_segments.member_id = members.member_id
    left join enrollment_durations
        on members.enrollment_days between enrollment_durations.days_min and enrollment_durations.days_max
)

select * from final
