{{ config(materialized="view", tags=["comparison", "decomposition"]) }}

-- Grain: member_id, variable: what a variable adds to the two scores of a member whom both runs of the batch in
-- progress score, over the member's plan segments.
-- Where it is on in both, the way from one price to the other is walked in four steps, the ruler before the object: the
-- segments of run a are priced with the coefficients of b's model year, then with its CSR factors, then with b's
-- sub-model; what is left is that b's segments are others. Sums over the days held are exact, and each price is rounded
-- once, to ten places: a step at which nothing changes is exactly zero.

with

batch as (
    select
        current_batch.batch_id,
        current_batch.run_id_a,
        current_batch.run_id_b,
        run_b.model_year as model_year_b
    from {{ ref('current_batch') }} as current_batch
    inner join {{ source('runs', 'run_registry') }} as run_b
        on current_batch.run_id_b = run_b.run_id
),

members_a as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select run_id_a from batch)
),

members_b as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select run_id_b from batch)
),

coefficients_b as (
    select * from {{ ref('cms_coefficient') }}
    where model_year = (select model_year_b from batch)
),

csr_factors_b as (
    select * from {{ ref('cms_csr_adjustment') }}
    where
        model_year = (select model_year_b from batch)
        and hios_variant_id is not null
),

matched_members as (
    select
        members_a.member_id,
        members_b.model as model_b,
        members_a.segment_count > 1 as has_several_segments_a,
        members_b.segment_count > 1 as has_several_segments_b
    from members_a
    inner join members_b
        on members_a.member_id = members_b.member_id
),

segments_a as (
    select
        segments.member_id,
        segments.segment_number,
        segments.metal_level,
        segments.csr_factor,
        -- A variant that b's model year does not know keeps its factor: that it is another one is a change of plan.
        coalesce(csr_factors_b.factor, segments.csr_factor) as csr_factor_b,
        cast(segments.segment_days as decimal(3, 0)) as held_days,
        matched_members.model_b,
        matched_members.has_several_segments_a as has_several_segments
    from {{ ref('risk_score_segments') }} as segments
    inner join matched_members
        on segments.member_id = matched_members.member_id
    left join csr_factors_b
        on
            segments.csr_variant = csr_factors_b.hios_variant_id
            -- A row without a metal level (no reduction at all) holds for every metal.
            and segments.metal_level = coalesce(csr_factors_b.metal_level, segments.metal_level)
    where segments.run_id = (select run_id_a from batch)
),

segments_b as (
    select
        segments.member_id,
        segments.segment_number,
        segments.csr_factor,
        cast(segments.segment_days as decimal(3, 0)) as held_days,
        matched_members.has_several_segments_b as has_several_segments
    from {{ ref('risk_score_segments') }} as segments
    inner join matched_members
        on segments.member_id = matched_members.member_id
    where segments.run_id = (select run_id_b from batch)
),

components_a as not materialized (
    -- A variable that b's tables do not price (HCCs of infants, terms given up) is worth nothing there.
    select
        components.member_id,
        components.variable,
        components.counted_in,
        components.contribution,
        segments_a.held_days,
        components.coefficient * segments_a.csr_factor * segments_a.held_days as own,
        coalesce(own_model.coefficient, 0) * segments_a.csr_factor * segments_a.held_days as at_coefficients_b,
        coalesce(own_model.coefficient, 0) * segments_a.csr_factor_b * segments_a.held_days as at_factors_b,
        coalesce(other_model.coefficient, 0) * segments_a.csr_factor_b * segments_a.held_days as at_model_b,
        segments_a.has_several_segments
    from {{ ref('risk_score_components') }} as components
    inner join segments_a
        on
            components.member_id = segments_a.member_id
            and components.segment_number = segments_a.segment_number
    left join coefficients_b as own_model
        on
            components.model = own_model.model
            and components.variable = own_model.variable
            and segments_a.metal_level = own_model.metal_level
    left join coefficients_b as other_model
        on
            segments_a.model_b = other_model.model
            and components.variable = other_model.variable
            and segments_a.metal_level = other_model.metal_level
    where components.run_id = (select run_id_a from batch)
),

lines_a as (
    select * exclude (has_several_segments)
    from components_a
    where not has_several_segments
    union all
    select
        member_id,
        variable,
        any_value(counted_in) as counted_in,
        sum(contribution) as contribution,
        sum(held_days) as held_days,
        sum(own) as own,
        sum(at_coefficients_b) as at_coefficients_b,
        sum(at_factors_b) as at_factors_b,
        sum(at_model_b) as at_model_b
    from components_a
    where has_several_segments
    group by all
),

components_b as not materialized (
    select
        components.member_id,
        components.variable,
        components.counted_in,
        components.contribution,
        segments_b.held_days,
        components.coefficient * segments_b.csr_factor * segments_b.held_days as own,
        segments_b.has_several_segments
    from {{ ref('risk_score_components') }} as components
    inner join segments_b
        on
            components.member_id = segments_b.member_id
            and components.segment_number = segments_b.segment_number
    where components.run_id = (select run_id_b from batch)
),

lines_b as (
    select * exclude (has_several_segments)
    from components_b
    where not has_several_segments
    union all
    select
        member_id,
        variable,
        any_value(counted_in) as counted_in,
        sum(contribution) as contribution,
        sum(held_days) as held_days,
        sum(own) as own
    from components_b
    where has_several_segments
    group by all
),

prices as (
    select
        coalesce(lines_a.member_id, lines_b.member_id) as member_id,
        coalesce(lines_a.variable, lines_b.variable) as variable,
        lines_a.counted_in as counted_in_a,
        lines_b.counted_in as counted_in_b,
        cast(lines_a.contribution as decimal(14, 5)) as contribution_a,
        cast(lines_b.contribution as decimal(14, 5)) as contribution_b,
        cast(lines_a.own / lines_a.held_days as decimal(18, 10)) as price_a,
        cast(
            if(lines_b.held_days is null, null, lines_a.at_coefficients_b / lines_a.held_days) as decimal(18, 10)
        ) as price_at_coefficients_b,
        cast(
            if(lines_b.held_days is null, null, lines_a.at_factors_b / lines_a.held_days) as decimal(18, 10)
        ) as price_at_factors_b,
        cast(
            if(lines_b.held_days is null, null, lines_a.at_model_b / lines_a.held_days) as decimal(18, 10)
        ) as price_at_model_b,
        cast(lines_b.own / lines_b.held_days as decimal(18, 10)) as price_b
    from lines_a
    full outer join lines_b
        on lines_a.member_id = lines_b.member_id and lines_a.variable = lines_b.variable
),

final as (
    select
        batch.batch_id,
        prices.member_id,
        prices.variable,
        prices.counted_in_a,
        prices.counted_in_b,
        prices.contribution_a,
        prices.contribution_b,
        cast(prices.price_at_coefficients_b - prices.price_a as decimal(18, 10)) as coefficient_change,
        cast(prices.price_at_factors_b - prices.price_at_coefficients_b as decimal(18, 10)) as csr_factor_change,
        cast(prices.price_at_model_b - prices.price_at_factors_b as decimal(18, 10)) as model_change,
        cast(prices.price_b - prices.price_at_model_b as decimal(18, 10)) as plan_change,
        -- The shares of a member of several plans are stored to five places.
        cast(
            (prices.contribution_b - prices.price_b) - (prices.contribution_a - prices.price_a) as decimal(18, 10)
        ) as rounding
    from prices
    cross join batch
    where
        -- What is the same in both runs needs no explanation.
        prices.contribution_a is distinct from prices.contribution_b
        or prices.counted_in_a is distinct from prices.counted_in_b
        or least(
            prices.price_a,
            prices.price_at_coefficients_b,
            prices.price_at_factors_b,
            prices.price_at_model_b,
            prices.price_b
        ) != greatest(
            prices.price_a,
            prices.price_at_coefficients_b,
            prices.price_at_factors_b,
            prices.price_at_model_b,
            prices.price_b
        )
)

select * from final
