-- Grain: one uninterrupted stretch of days in the benefit year during which a member held one plan variant.
-- Spans of a member never overlap: where an issuer reports two plans for a day, the one that started later holds it
-- (the greater plan id, if both started on one day), and the other is cut.
-- How an issuer splits its rows must not matter: rows of one plan are put together before plans are compared.

with

enrollments as (
    select
        member_id,
        hios_plan_id,
        enrollment_start_date as start_date,
        -- Staging rejects a span without an end; a view (var enrollments_view) may leave it open.
        coalesce(enrollment_end_date, date '9999-12-31') as end_date
    from {{ enrollments_relation() }}
    where
        member_id is not null
        and hios_plan_id is not null
        and enrollment_start_date <= coalesce(enrollment_end_date, date '9999-12-31')
),

marked_enrollments as (
    -- A row starts a new plan span unless it overlaps or touches one of the same plan before it.
    select
        *,
        coalesce(
            start_date > 1 + max(end_date) over (
                partition by member_id, hios_plan_id
                order by start_date, end_date
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as starts_span
    from enrollments
),

numbered_enrollments as (
    select
        *,
        count(*) filter (where starts_span) over (
            partition by member_id, hios_plan_id
            order by start_date, end_date
            rows unbounded preceding
        ) as span_number
    from marked_enrollments
),

plan_spans as (
    select
        member_id,
        hios_plan_id,
        min(start_date) as start_date,
        greatest(min(start_date), make_date({{ benefit_year() }}, 1, 1)) as first_date,
        least(max(end_date), make_date({{ benefit_year() }}, 12, 31)) as last_date
    from numbered_enrollments
    group by member_id, hios_plan_id, span_number
    having first_date <= last_date
),

change_dates as (
    -- The days on which the set of plans of a member may change.
    select
        member_id,
        first_date as change_date
    from plan_spans
    union
    select
        member_id,
        last_date + 1 as change_date
    from plan_spans
),

stretches as (
    select
        member_id,
        change_date as first_date,
        lead(change_date) over (partition by member_id order by change_date) - 1 as last_date
    from change_dates
),

held_stretches as (
    -- Between two change dates either a plan covers every day or none does; the inner join drops the gaps.
    select
        stretches.member_id,
        stretches.first_date,
        stretches.last_date,
        arg_max(
            plan_spans.hios_plan_id,
            struct_pack(start_date := plan_spans.start_date, hios_plan_id := plan_spans.hios_plan_id)
        ) as hios_plan_id
    from stretches
    inner join plan_spans
        on
            stretches.member_id = plan_spans.member_id
            and stretches.first_date >= plan_spans.first_date
            and stretches.last_date <= plan_spans.last_date
    group by stretches.member_id, stretches.first_date, stretches.last_date
),

marked_stretches as (
    select
        *,
        coalesce(
            hios_plan_id != lag(hios_plan_id) over by_date or first_date > lag(last_date) over by_date + 1,
            true
        ) as starts_span
    from held_stretches
    window by_date as (partition by member_id order by first_date)
),

numbered_stretches as (
    select
        *,
        count(*) filter (where starts_span) over (
            partition by member_id
            order by first_date
            rows unbounded preceding
        ) as span_number
    from marked_stretches
),

final as (
    select
        member_id,
        hios_plan_id,
        min(first_date) as first_covered_date,
        max(last_date) as last_covered_date,
        cast(max(last_date) - min(first_date) + 1 as integer) as covered_days
    from numbered_stretches
    group by member_id, hios_plan_id, span_number
)

select * from final
