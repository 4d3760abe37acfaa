-- Grain: one span of coverage and calendar year, on a bronze plan.
-- What if everyone held bronze? A score depends on the plan through its metal level and variant only, so each span
-- moves to a bronze plan that the same issuer sells in the same state and year: the plan held if it is bronze, else one
-- of the same market and the same variant, else the standard one. Cost-sharing reductions of silver plans end with the
-- silver plan, as they would in life.
-- For the var enrollments_view, together with the staged claims and members.

with

enrollments as (
    select * from {{ ref('stg_issuer__enrollments') }}
),

plans as (
    select
        *,
        -- An issuer id belongs to one state; both stand at the front of the plan id.
        left(hios_plan_id, 7) as issuer_and_state,
        right(hios_plan_id, 2) as csr_variant
    from {{ ref('stg_issuer__plans') }}
),

metal_levels as (
    select metal_level from {{ ref('cms_metal_level') }}
),

plan_years as (
    select distinct effective_year from plans
),

bronze_choices as (
    select
        held.hios_plan_id,
        held.effective_year,
        bronze.hios_plan_id as bronze_plan_id
    from plans as held
    inner join plans as bronze
        on
            held.effective_year = bronze.effective_year
            and held.issuer_and_state = bronze.issuer_and_state
            and bronze.metal_level = 'bronze'
    -- Who is not scored on the plan held is not scored here: the members of the two runs stay the same.
    semi join metal_levels on held.metal_level = metal_levels.metal_level
    qualify row_number() over (
        partition by held.hios_plan_id, held.effective_year
        order by
            held.hios_plan_id = bronze.hios_plan_id desc,
            held.market is not distinct from bronze.market desc,
            held.csr_variant = bronze.csr_variant desc,
            -- The standard plan on the exchange, then the one off it.
            bronze.csr_variant = '01' desc,
            bronze.csr_variant = '00' desc,
            bronze.hios_plan_id asc
    ) = 1
),

year_spans as (
    -- A plan is bronze in a year, so a span across New Year is cut there.
    select
        enrollments.member_id,
        enrollments.hios_plan_id as held_plan_id,
        plan_years.effective_year,
        greatest(enrollments.enrollment_start_date, make_date(plan_years.effective_year, 1, 1))
            as enrollment_start_date,
        least(enrollments.enrollment_end_date, make_date(plan_years.effective_year, 12, 31)) as enrollment_end_date
    from enrollments
    inner join plan_years
        on
            enrollments.enrollment_start_date <= make_date(plan_years.effective_year, 12, 31)
            and enrollments.enrollment_end_date >= make_date(plan_years.effective_year, 1, 1)
),

final as (
    -- Half a member would have the wrong duration: who cannot move with every span of a year is left out of the year,
    -- and stands in scores_rejected.
    select
        year_spans.member_id,
        bronze_choices.bronze_plan_id as hios_plan_id,
        year_spans.enrollment_start_date,
        year_spans.enrollment_end_date,
        year_spans.held_plan_id
    from year_spans
    left join bronze_choices
        on
            year_spans.held_plan_id = bronze_choices.hios_plan_id
            and year_spans.effective_year = bronze_choices.effective_year
    qualify
        bool_and(bronze_choices.bronze_plan_id is not null)
            over (partition by year_spans.member_id, year_spans.effective_year)
)

select * from final
