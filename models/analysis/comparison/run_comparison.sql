-- Grain: batch_id, member_id: every member that either run scores, and how the score moved.
-- What only one run knows is null on the other side, never 0: a member who is not there has no score.
{%- set compared_values = [
    "model", "age_band", "metal_levels", "plan_ids", "csr_variants", "csr_factor", "enrollment_months", "rating_area",
] -%}
{%- set lists = [
    ("hcc_added", "b.hcc_list", "a.hcc_list"),
    ("hcc_removed", "a.hcc_list", "b.hcc_list"),
    ("rxc_added", "b.rxc_list", "a.rxc_list"),
    ("rxc_removed", "a.rxc_list", "b.rxc_list"),
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
    select * from {{ ref('risk_score_segments') }}
    where run_id = (select current_batch.run_id_{{ side }} from current_batch)
),

members_{{ side }} as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select current_batch.run_id_{{ side }} from current_batch)
),

several_{{ side }} as (
    select member_id from members_{{ side }}
    where segment_count > 1
),

months_{{ side }} as (
    select
        member_id,
        cast(sum(member_months) as decimal(9, 6)) as member_months,
        cast(sum(risk_score * member_months) as decimal(24, 11)) as points
    from segments_{{ side }}
    group by all
),

held_{{ side }} as (
    -- All plans of the year, not the last one only: who moves from silver to gold in July has changed. Only for the few
    -- members with several: sorting a million lists of one takes long.
    select
        member_id,
        string_agg(distinct metal_level, ' ' order by metal_level) as metal_levels,
        string_agg(distinct left(hios_plan_id, 14), ' ' order by left(hios_plan_id, 14)) as plan_ids,
        string_agg(distinct csr_variant, ' ' order by csr_variant) as csr_variants,
        max(csr_factor) as csr_factor
    from segments_{{ side }}
    where member_id in (select several.member_id from several_{{ side }} as several)
    group by all
),

side_{{ side }} as (
    select
        scored.member_id,
        scored.risk_score,
        scored.demographic_score,
        scored.hcc_score,
        scored.rxc_score,
        scored.hcc_list,
        scored.rxc_list,
        months.member_months,
        months.points,
        scored.model,
        age_bands.age_band,
        coalesce(held.metal_levels, scored.metal_level) as metal_levels,
        coalesce(held.plan_ids, left(scored.hios_plan_id, 14)) as plan_ids,
        coalesce(held.csr_variants, right(scored.hios_plan_id, 2)) as csr_variants,
        coalesce(held.csr_factor, scored.csr_factor) as csr_factor,
        scored.enrollment_months,
        concat_ws(' ', scored.state, scored.rating_area) as rating_area
    from members_{{ side }} as scored
    inner join run_registry on scored.run_id = run_registry.run_id
    inner join months_{{ side }} as months on scored.member_id = months.member_id
    left join held_{{ side }} as held on scored.member_id = held.member_id
    left join age_bands
        on
            run_registry.model_year = age_bands.model_year
            and scored.model = age_bands.model
            and scored.gender = age_bands.sex
            and scored.age_last = age_bands.age_last
),

{% endfor -%}

final as (
    select
        current_batch.batch_id,
        current_batch.run_id_a,
        current_batch.run_id_b,
        coalesce(a.member_id, b.member_id) as member_id,
        case
            when b.member_id is null then 'a_only'
            when a.member_id is null then 'b_only'
            else 'matched'
        end as match_status,
        a.risk_score as score_a,
        b.risk_score as score_b,
        cast(b.risk_score - a.risk_score as decimal(14, 5)) as score_diff,
        cast(b.demographic_score - a.demographic_score as decimal(14, 5)) as demographic_diff,
        cast(b.hcc_score - a.hcc_score as decimal(14, 5)) as hcc_diff,
        cast(b.rxc_score - a.rxc_score as decimal(14, 5)) as rxc_diff,
        {% for column, present, elsewhere in lists -%}
        case
            when a.member_id = b.member_id and {{ present }} != coalesce({{ elsewhere }}, '')
                then nullif(array_to_string([
                    category for category in string_split({{ present }}, ' ')
                    if not list_contains(coalesce(string_split({{ elsewhere }}, ' '), []), category)
                ], ' '), '')
        end as {{ column }},
        {% endfor -%}
        a.member_months as member_months_a,
        b.member_months as member_months_b,
        a.points as points_a,
        b.points as points_b,
        a.metal_levels != b.metal_levels as metal_changed,
        -- From one variant without a reduction to another (off and on the exchange) changes nothing. The factors alone
        -- would also differ where only the table of the model year does.
        a.csr_variants != b.csr_variants and (a.csr_factor > 1 or b.csr_factor > 1) as csr_changed,
        a.age_band != b.age_band as age_band_changed,
        a.enrollment_months != b.enrollment_months as duration_changed,
        a.model != b.model as model_changed,
        a.plan_ids != b.plan_ids as plan_changed,
        a.rating_area != b.rating_area as rating_area_changed,
        nullif(json_merge_patch('{}', to_json({
            {% for name in compared_values -%}
            '{{ name }}': case
                when a.{{ name }} != b.{{ name }} then {
                    'a': a.{{ name }},
                    'b': b.{{ name }}
                }
            end{{ "," if not loop.last }}
            {% endfor -%}
        })), '{}') as details,
        cast(current_timestamp at time zone 'UTC' as timestamp) as created_at
    from side_a as a
    full outer join side_b as b on a.member_id = b.member_id
    cross join current_batch
)

select * from final
