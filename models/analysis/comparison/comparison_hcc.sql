-- Grain: batch_id, variable: how common an HCC or RXC is in both runs, what it adds, and who gained or lost it.
-- An HCC that counts through a group or an infant term is given what these add, in equal parts where several HCCs share
-- one. With that, the HCCs explain all of the score that no age, interaction, count or cost factor does.

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

summary as (
    select * from {{ ref('comparison_summary') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

run_registry as (
    select * from {{ source('runs', 'run_registry') }}
),

categories as (
    select
        model_year,
        'hcc' as category_type,
        hcc as variable,
        label
    from {{ ref('cms_hcc') }}
    union all
    select
        model_year,
        'rxc' as category_type,
        rxc as variable,
        label
    from {{ ref('cms_rxc') }}
),

{% for side in ["a", "b"] -%}
categories_{{ side }} as (
    select categories.* exclude (model_year)
    from categories
    inner join run_registry on categories.model_year = run_registry.model_year
    where run_registry.run_id = (select current_batch.run_id_{{ side }} from current_batch)
),

components_{{ side }} as (
    select * from {{ ref('risk_score_components') }}
    where run_id = (select current_batch.run_id_{{ side }} from current_batch)
),

sharers_{{ side }} as (
    select
        member_id,
        segment_number,
        counted_in,
        count(*) as sharer_count,
        min(variable) as first_variable
    from components_{{ side }}
    where counted_in is not null
    group by all
),

shares_{{ side }} as (
    -- What does not divide evenly goes to the first, so that the parts add up.
    select
        sharers.member_id,
        sharers.segment_number,
        sharers.counted_in,
        sharers.first_variable,
        cast(trunc(terms.contribution * 100000 / sharers.sharer_count) / 100000 as decimal(14, 5)) as equal_share,
        cast(terms.contribution - equal_share * sharers.sharer_count as decimal(14, 5)) as left_over
    from sharers_{{ side }} as sharers
    inner join components_{{ side }} as terms
        on
            sharers.member_id = terms.member_id
            and sharers.segment_number = terms.segment_number
            and sharers.counted_in = terms.variable
),

totals_{{ side }} as (
    select
        components.variable,
        count(*) filter (where components.segment_number = 1) as member_count,
        sum(
            components.contribution + coalesce(parts.equal_share, 0)
            + if(parts.first_variable = components.variable, parts.left_over, 0)
        ) as contribution
    from components_{{ side }} as components
    semi join categories_{{ side }} as categories on components.variable = categories.variable
    left join shares_{{ side }} as parts
        on
            components.member_id = parts.member_id
            and components.segment_number = parts.segment_number
            and components.counted_in = parts.counted_in
    group by all
),

{% endfor -%}

moves as (
    select
        unnest(string_split(concat_ws(' ', hcc_added, rxc_added), ' ')) as variable,
        1 as gained,
        0 as lost
    from compared
    where hcc_added is not null or rxc_added is not null
    union all
    select
        unnest(string_split(concat_ws(' ', hcc_removed, rxc_removed), ' ')) as variable,
        0 as gained,
        1 as lost
    from compared
    where hcc_removed is not null or rxc_removed is not null
),

movers as (
    select
        variable,
        cast(sum(gained) as bigint) as gained_count,
        cast(sum(lost) as bigint) as lost_count
    from moves
    group by all
),

final as (
    select
        summary.batch_id,
        coalesce(a.variable, b.variable) as variable,
        coalesce(categories_b.category_type, categories_a.category_type) as category_type,
        coalesce(categories_b.label, categories_a.label) as label,
        coalesce(a.member_count, 0) as member_count_a,
        coalesce(b.member_count, 0) as member_count_b,
        coalesce(a.member_count, 0) / summary.member_count_a as prevalence_a,
        coalesce(b.member_count, 0) / summary.member_count_b as prevalence_b,
        coalesce(movers.gained_count, 0) as gained_count,
        coalesce(movers.lost_count, 0) as lost_count,
        cast(coalesce(a.contribution, 0) as decimal(18, 5)) as contribution_a,
        cast(coalesce(b.contribution, 0) as decimal(18, 5)) as contribution_b,
        cast(contribution_a / summary.member_count_a as decimal(38, 12)) as mean_contribution_a,
        cast(contribution_b / summary.member_count_b as decimal(38, 12)) as mean_contribution_b
    from totals_a as a
    full outer join totals_b as b on a.variable = b.variable
    left join categories_a on coalesce(a.variable, b.variable) = categories_a.variable
    left join categories_b on coalesce(a.variable, b.variable) = categories_b.variable
    left join movers on coalesce(a.variable, b.variable) = movers.variable
    cross join summary
)

select * from final
