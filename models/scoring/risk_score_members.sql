-- Grain: run_id, member_id: the score and what it was computed from, without JSON.
-- A member's score is the mean of the segments weighted by covered days. Components already carry that weight, so that
-- every part is a plain sum of them.

with

current_run as (
    select * from {{ ref('current_run') }}
),

risk_input as (
    select * from {{ ref('int_aca_risk_input') }}
),

segments as (
    select * from {{ ref('risk_score_segments') }}
    where run_id = (select run_id from current_run)
),

components as (
    select * from {{ ref('risk_score_components') }}
    where run_id = (select run_id from current_run)
),

parts as (
    select
        member_id,
        sum(contribution) as risk_score,
        coalesce(sum(contribution) filter (where component_type = 'demographic'), 0) as demographic_score,
        coalesce(sum(contribution) filter (where component_type = 'hcc'), 0) as hcc_score,
        coalesce(sum(contribution) filter (where component_type = 'rxc'), 0) as rxc_score,
        -- The segments of a member share their HCCs and RXCs: those of the first stand for all.
        string_agg(variable, ' ' order by variable)
        filter (where segment_number = 1 and starts_with(variable, 'HHS_HCC')) as hcc_list,
        string_agg(variable, ' ' order by variable)
        filter (where segment_number = 1 and regexp_full_match(variable, 'RXC_\d+')) as rxc_list
    from components
    group by all
),

weighted as (
    select
        member_id,
        min(model) as model,
        count(*) as segment_count,
        floor(sum(raw_risk_score * segment_days) * 100000 / sum(segment_days) + 0.5) / 100000 as raw_risk_score,
        -- Segments with different factors have no common one.
        case when min(csr_factor) = max(csr_factor) then min(csr_factor) end as csr_factor
    from segments
    group by all
),

last_segments as (
    select * from risk_input
    qualify row_number() over (partition by member_id order by segment_last_date desc, segment_number desc) = 1
),

final as (
    select
        current_run.run_id,
        last_segments.member_id,
        weighted.model,
        last_segments.sex as gender,
        last_segments.age_last,
        last_segments.metal_level,
        last_segments.hios_plan_id,
        last_segments.state,
        last_segments.rating_area,
        cast(weighted.segment_count as integer) as segment_count,
        last_segments.enrollment_months,
        last_segments.enrollment_days,
        cast(parts.risk_score as decimal(14, 5)) as risk_score,
        cast(floor(cast(parts.risk_score as decimal(18, 5)) * 1000 + 0.5) / 1000 as decimal(12, 3))
            as reported_risk_score,
        cast(weighted.raw_risk_score as decimal(14, 5)) as raw_risk_score,
        weighted.csr_factor,
        cast(parts.demographic_score as decimal(14, 5)) as demographic_score,
        cast(parts.hcc_score as decimal(14, 5)) as hcc_score,
        cast(parts.rxc_score as decimal(14, 5)) as rxc_score,
        parts.hcc_list,
        parts.rxc_list,
        cast(current_timestamp at time zone 'UTC' as timestamp) as created_at
    from last_segments
    cross join current_run
    inner join weighted on last_segments.member_id = weighted.member_id
    inner join parts on last_segments.member_id = parts.member_id
)

select * from final
