{{ config(tags=["comparison", "decomposition"]) }}

-- Grain: batch_id, metric, driver, variable: one run against another, down to the variables of the model.
-- Of each metric the impacts add up to its total change over everyone that either run scores. Sums are exact decimals;
-- means are divided once, at the end.
-- Lost and new members change who is averaged; in the mean over member months, members also gain or lose weight. There,
-- a change of score counts with the mean of both weights and a change of weight with the mean of both scores, so that
-- nothing is left over.

with

batch as (
    select * from {{ ref('current_batch') }}
),

drivers as (
    -- In the order of a waterfall: the ruler, then the members whom both runs score, then those whom one run scores.
    select
        unnest([
            'coefficient_change',
            'csr_factor_change',
            'demographics',
            'hcc_incidence',
            'hcc_severity',
            'rxc',
            'interactions_and_counts',
            'duration',
            'metal_csr_mix',
            'member_month_mix',
            'rounding',
            'lost_members',
            'new_members'
        ]) as driver,
        cast(unnest(range(1, 14)) as integer) as driver_index
),

scores_a as (
    select
        member_id,
        risk_score
    from {{ ref('risk_score_members') }}
    where run_id = (select run_id_a from batch)
),

scores_b as (
    select
        member_id,
        risk_score
    from {{ ref('risk_score_members') }}
    where run_id = (select run_id_b from batch)
),

months_a as (
    select
        member_id,
        cast(sum(member_months) as decimal(9, 6)) as member_months,
        sum(risk_score * member_months) as points
    from {{ ref('risk_score_segments') }}
    where run_id = (select run_id_a from batch)
    group by all
),

months_b as (
    select
        member_id,
        cast(sum(member_months) as decimal(9, 6)) as member_months,
        sum(risk_score * member_months) as points
    from {{ ref('risk_score_segments') }}
    where run_id = (select run_id_b from batch)
    group by all
),

members_a as (
    select
        scores_a.member_id,
        scores_a.risk_score,
        months_a.member_months,
        months_a.points
    from scores_a
    inner join months_a on scores_a.member_id = months_a.member_id
),

members_b as (
    select
        scores_b.member_id,
        scores_b.risk_score,
        months_b.member_months,
        months_b.points
    from scores_b
    inner join months_b on scores_b.member_id = months_b.member_id
),

matched as (
    select
        members_a.member_id,
        members_a.risk_score as score_a,
        members_b.risk_score as score_b,
        members_a.member_months as months_a,
        members_b.member_months as months_b,
        members_a.points as points_a,
        members_b.points as points_b
    from members_a
    inner join members_b on members_a.member_id = members_b.member_id
),

all_of_a as (
    select
        count(*) as member_count,
        sum(risk_score) as score,
        sum(member_months) as months,
        sum(points) as points
    from members_a
),

all_of_b as (
    select
        count(*) as member_count,
        sum(risk_score) as score,
        sum(member_months) as months,
        sum(points) as points
    from members_b
),

matched_sums as (
    select
        count(*) as member_count,
        count(*) filter (where months_a != months_b) as other_months_count,
        count(*) filter (where points_a != score_a * months_a or points_b != score_b * months_b) as rounded_count,
        sum(score_a) as score_a,
        sum(score_b) as score_b,
        sum(months_a) as months_a,
        sum(months_b) as months_b,
        sum(points_a) as points_a,
        sum(points_b) as points_b,
        sum(points_a - score_a * months_a) as rounding_a,
        sum(points_b - score_b * months_b) as rounding_b,
        sum((score_a + score_b) * months_a) as both_scores_by_months_a,
        sum((score_a + score_b) * months_b) as both_scores_by_months_b
    from matched
),

means as (
    -- A mean over nobody counts as zero.
    select
        coalesce(all_of_a.score / nullif(all_of_a.member_count, 0), 0) as mean_a,
        coalesce(all_of_b.score / nullif(all_of_b.member_count, 0), 0) as mean_b,
        coalesce(matched_sums.score_a / nullif(matched_sums.member_count, 0), 0) as matched_mean_a,
        coalesce(matched_sums.score_b / nullif(matched_sums.member_count, 0), 0) as matched_mean_b,
        coalesce(all_of_a.points / nullif(all_of_a.months, 0), 0) as plrs_a,
        coalesce(all_of_b.points / nullif(all_of_b.months, 0), 0) as plrs_b,
        coalesce(matched_sums.points_a / nullif(matched_sums.months_a, 0), 0) as matched_plrs_a,
        coalesce(matched_sums.points_b / nullif(matched_sums.months_b, 0), 0) as matched_plrs_b
    from matched_sums
    cross join all_of_a
    cross join all_of_b
),

impacts as (
    select
        score_bridge_members.driver,
        score_bridge_members.variable,
        count(*) as member_count,
        sum(score_bridge_members.impact) as impact,
        -- DuckDB keeps products of decimals of up to 18 digits in 18 digits, which are too few here.
        sum(cast(score_bridge_members.impact as decimal(20, 10)) * matched.months_a) as impact_by_months_a,
        sum(cast(score_bridge_members.impact as decimal(20, 10)) * matched.months_b) as impact_by_months_b
    from {{ ref('score_bridge_members') }} as score_bridge_members
    left join matched
        on score_bridge_members.member_id = matched.member_id
    where score_bridge_members.batch_id = (select batch_id from batch)
    group by all
),

values_by_metric as (
    select
        'sum' as metric,
        driver,
        variable,
        member_count,
        cast(impact as decimal(38, 15)) as impact_value
    from impacts
    union all
    select
        'mean' as metric,
        impacts.driver,
        impacts.variable,
        impacts.member_count,
        cast(
            case impacts.driver
                when 'lost_members' then means.matched_mean_a - means.mean_a
                when 'new_members' then means.mean_b - means.matched_mean_b
                else impacts.impact / matched_sums.member_count
            end as decimal(38, 15)
        ) as impact_value
    from impacts
    cross join means
    cross join matched_sums
    union all
    select
        'member_month_mean' as metric,
        impacts.driver,
        impacts.variable,
        impacts.member_count,
        cast(
            case impacts.driver
                when 'lost_members' then means.matched_plrs_a - means.plrs_a
                when 'new_members' then means.plrs_b - means.matched_plrs_b
                else
                    (
                        impacts.impact_by_months_a / matched_sums.months_a
                        + impacts.impact_by_months_b / matched_sums.months_b
                    ) / 2
            end as decimal(38, 15)
        ) as impact_value
    from impacts
    cross join means
    cross join matched_sums
    union all
    select
        'member_month_mean' as metric,
        'member_month_mix' as driver,
        null as variable,
        other_months_count as member_count,
        cast(
            (both_scores_by_months_b / months_b - both_scores_by_months_a / months_a) / 2 as decimal(38, 15)
        ) as impact_value
    from matched_sums
    where other_months_count > 0
    union all
    -- A member of several plans has one score by days and one by months, which differ in the sixth place.
    select
        'member_month_mean' as metric,
        'rounding' as driver,
        null as variable,
        rounded_count as member_count,
        cast(rounding_b / months_b - rounding_a / months_a as decimal(38, 15)) as impact_value
    from matched_sums
    where rounding_b / months_b != rounding_a / months_a
),

final as (
    select
        batch.batch_id,
        values_by_metric.metric,
        drivers.driver_index,
        values_by_metric.driver,
        values_by_metric.variable,
        values_by_metric.member_count,
        values_by_metric.impact_value
    from values_by_metric
    cross join batch
    left join drivers on values_by_metric.driver = drivers.driver
)

select * from final
