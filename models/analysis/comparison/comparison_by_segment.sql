-- Grain: batch_id, segment_type, segment_value: both runs by metal level, sub-model, age band, plan and more.
-- A member is counted where the last segment of the year lies; months and points lie where they were spent, so that the
-- member-month mean of a plan is its plan liability risk score. Both add up to the total.
{%- set segment_types = [
    "total", "model", "metal_level", "csr_variant", "age_band", "sex", "hios_plan_id", "rating_area",
] %}

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

run_registry as (
    select * from {{ source('runs', 'run_registry') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

{% for side in ["a", "b"] -%}
segments_{{ side }} as (
    select
        segments.member_id,
        'total' as total,
        segments.model,
        segments.metal_level,
        segments.csr_variant,
        coalesce(age_bands.age_band, '(unknown)') as age_band,
        members.gender as sex,
        segments.hios_plan_id,
        coalesce(nullif(concat_ws(' ', segments.state, segments.rating_area), ''), '(unknown)') as rating_area,
        segments.member_months,
        segments.risk_score * segments.member_months as points,
        -- A member has one segment for each plan variant.
        segments.hios_plan_id = members.hios_plan_id as is_last,
        members.risk_score
    from {{ ref('risk_score_segments') }} as segments
    inner join {{ ref('risk_score_members') }} as members
        on segments.member_id = members.member_id
    inner join run_registry on segments.run_id = run_registry.run_id
    left join age_bands
        on
            run_registry.model_year = age_bands.model_year
            and members.model = age_bands.model
            and members.gender = age_bands.sex
            and members.age_last = age_bands.age_last
    where
        segments.run_id = (select current_batch.run_id_{{ side }} from current_batch)
        and members.run_id = (select current_batch.run_id_{{ side }} from current_batch)
),

cells_{{ side }} as (
    -- One pass over the members; the segments are then sums of these.
    select
        {% for segment_type in segment_types -%}
        {{ segment_type }},
        {% endfor -%}
        count(*) filter (where is_last) as member_count,
        sum(risk_score) filter (where is_last) as risk_score,
        sum(member_months) as member_months,
        sum(points) as points
    from segments_{{ side }}
    group by all
),

totals_{{ side }} as (
    {% for segment_type in segment_types -%}
    select
        '{{ segment_type }}' as segment_type,
        {{ segment_type }} as segment_value,
        cast(sum(member_count) as bigint) as member_count,
        sum(risk_score) as risk_score,
        sum(member_months) as member_months,
        sum(points) as points
    from cells_{{ side }}
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{% endfor -%}

matched_cells as (
    select
        {% for segment_type in segment_types -%}
        a.{{ segment_type }},
        a.{{ segment_type }} = b.{{ segment_type }} as is_same_{{ segment_type }},
        {% endfor -%}
        count(*) as member_count,
        sum(a.risk_score) as score_a,
        sum(b.risk_score) as score_b
    from segments_a as a
    inner join segments_b as b on a.member_id = b.member_id
    where a.is_last and b.is_last
    group by all
),

stayers as (
    {% for segment_type in segment_types -%}
    select
        '{{ segment_type }}' as segment_type,
        {{ segment_type }} as segment_value,
        cast(sum(member_count) as bigint) as member_count,
        sum(score_a) as score_a,
        sum(score_b) as score_b
    from matched_cells
    where is_same_{{ segment_type }}
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        current_batch.batch_id,
        coalesce(a.segment_type, b.segment_type) as segment_type,
        coalesce(a.segment_value, b.segment_value) as segment_value,
        coalesce(a.member_count, 0) as member_count_a,
        coalesce(b.member_count, 0) as member_count_b,
        cast(coalesce(a.member_months, 0) as decimal(18, 6)) as member_months_a,
        cast(coalesce(b.member_months, 0) as decimal(18, 6)) as member_months_b,
        cast(coalesce(a.points, 0) as decimal(38, 11)) as points_a,
        cast(coalesce(b.points, 0) as decimal(38, 11)) as points_b,
        cast(a.risk_score / nullif(a.member_count, 0) as decimal(38, 12)) as mean_a,
        cast(b.risk_score / nullif(b.member_count, 0) as decimal(38, 12)) as mean_b,
        cast(a.points / nullif(a.member_months, 0) as decimal(38, 12)) as member_month_mean_a,
        cast(b.points / nullif(b.member_months, 0) as decimal(38, 12)) as member_month_mean_b,
        coalesce(stayers.member_count, 0) as stayer_count,
        cast(stayers.score_a / nullif(stayers.member_count, 0) as decimal(38, 12)) as stayer_mean_a,
        cast(stayers.score_b / nullif(stayers.member_count, 0) as decimal(38, 12)) as stayer_mean_b
    from totals_a as a
    full outer join totals_b as b
        on
            a.segment_type = b.segment_type
            and a.segment_value = b.segment_value
    left join stayers
        on
            coalesce(a.segment_type, b.segment_type) = stayers.segment_type
            and coalesce(a.segment_value, b.segment_value) = stayers.segment_value
    cross join current_batch
)

select * from final
