-- Grain: batch_id: how many members the two runs have, and how their scores moved.
{%- set tolerance = number_var("comparison_tolerance") %}
{%- set flags = ["metal", "csr", "age_band", "duration", "model", "plan", "rating_area"] %}

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

counted as (
    select
        batch_id,
        run_id_a,
        run_id_b,
        count(score_a) as member_count_a,
        count(score_b) as member_count_b,
        count(*) filter (where match_status = 'matched') as matched_count,
        count(*) filter (where match_status = 'a_only') as a_only_count,
        count(*) filter (where match_status = 'b_only') as b_only_count,
        count(*) filter (where abs(score_diff) > {{ tolerance }}) as changed_count,
        count(*) filter (where score_diff > {{ tolerance }}) as increased_count,
        count(*) filter (where score_diff < -{{ tolerance }}) as decreased_count,
        {% for side in ["a", "b"] -%}
        sum(score_{{ side }}) as score_{{ side }},
        sum(member_months_{{ side }}) as member_months_{{ side }},
        sum(points_{{ side }}) as points_{{ side }},
        sum(score_{{ side }}) filter (where match_status = 'matched') as matched_score_{{ side }},
        sum(member_months_{{ side }}) filter (where match_status = 'matched') as matched_member_months_{{ side }},
        sum(points_{{ side }}) filter (where match_status = 'matched') as matched_points_{{ side }},
        {% endfor -%}
        {% for part in ["demographic", "hcc", "rxc"] -%}
        sum({{ part }}_diff) as {{ part }}_diff,
        {% endfor -%}
        {% for flag in flags -%}
        count(*) filter (where {{ flag }}_changed) as {{ flag }}_changed_count,
        {% endfor -%}
        count(*) as compared_count
    from compared
    group by all
),

means as (
    select
        batch_id,
        {% for side in ["a", "b"] -%}
        cast(score_{{ side }} / nullif(member_count_{{ side }}, 0) as decimal(38, 12)) as mean_{{ side }},
        cast(points_{{ side }} / nullif(member_months_{{ side }}, 0) as decimal(38, 12))
            as member_month_mean_{{ side }},
        cast(matched_score_{{ side }} / nullif(matched_count, 0) as decimal(38, 12)) as matched_mean_{{ side }},
        cast(matched_points_{{ side }} / nullif(matched_member_months_{{ side }}, 0) as decimal(38, 12))
            as matched_member_month_mean_{{ side }},
        {% endfor -%}
        {% for part in ["demographic", "hcc", "rxc"] -%}
        cast({{ part }}_diff / nullif(matched_count, 0) as decimal(38, 12)) as matched_mean_{{ part }}_diff,
        {% endfor -%}
        cast(changed_count / nullif(matched_count, 0) as double) as changed_share
    from counted
),

final as (
    select
        counted.batch_id,
        counted.run_id_a,
        counted.run_id_b,
        counted.member_count_a,
        counted.member_count_b,
        counted.matched_count,
        counted.a_only_count,
        counted.b_only_count,
        cast(counted.member_months_a as decimal(18, 6)) as member_months_a,
        cast(counted.member_months_b as decimal(18, 6)) as member_months_b,
        means.mean_a,
        means.mean_b,
        cast(means.mean_b - means.mean_a as decimal(38, 12)) as mean_diff,
        means.member_month_mean_a,
        means.member_month_mean_b,
        cast(means.member_month_mean_b - means.member_month_mean_a as decimal(38, 12)) as member_month_mean_diff,
        means.matched_mean_a,
        means.matched_mean_b,
        cast(means.matched_mean_b - means.matched_mean_a as decimal(38, 12)) as matched_mean_diff,
        means.matched_mean_demographic_diff,
        means.matched_mean_hcc_diff,
        means.matched_mean_rxc_diff,
        means.matched_member_month_mean_a,
        means.matched_member_month_mean_b,
        cast(means.matched_member_month_mean_b - means.matched_member_month_mean_a as decimal(38, 12))
            as matched_member_month_mean_diff,
        cast({{ tolerance }} as decimal(20, 6)) as tolerance,
        counted.changed_count,
        counted.increased_count,
        counted.decreased_count,
        means.changed_share,
        {% for flag in flags -%}
        counted.{{ flag }}_changed_count,
        {% endfor -%}
        cast(current_timestamp at time zone 'UTC' as timestamp) as created_at
    from counted
    inner join means on counted.batch_id = means.batch_id
)

select * from final
