-- Grain: one row per member and segment to be scored.
-- Everything about a person that scoring needs; who is left out, and why, stands in int_aca_risk_candidates.
{{ config(post_hook="{{ require_scorable_members() }}") }}

select
    member_id,
    segment_number,
    hios_plan_id,
    metal_level,
    csr_variant,
    csr_indicator,
    csr_factor,
    sex,
    birth_date,
    age_last,
    enrollment_days,
    enrollment_months,
    segment_days,
    segment_first_date,
    segment_last_date,
    state,
    rating_area,
    model_year,
    benefit_year
from {{ ref('int_aca_risk_candidates') }}
where reject_reason is null
