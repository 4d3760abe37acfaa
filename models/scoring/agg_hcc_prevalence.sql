-- Grain: run_id, model, variable: how many members have each HCC and RXC, and what it adds to their scores.
-- HCCs that count through a group or an infant term add nothing themselves: counted_in_count says how many.

with

current_run as (
    select * from {{ ref('current_run') }}
),

components as (
    select * from {{ ref('risk_score_components') }}
    where run_id = (select run_id from current_run)
),

members as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select run_id from current_run)
),

hccs as (
    select
        hcc as variable,
        label
    from {{ ref('cms_hcc') }}
    where model_year = (select model_year from current_run)
    union all
    select
        rxc as variable,
        label
    from {{ ref('cms_rxc') }}
    where model_year = (select model_year from current_run)
),

model_sizes as (
    select
        model,
        count(*) as model_member_count
    from members
    group by all
),

counted as (
    select
        components.run_id,
        components.model,
        components.variable,
        hccs.label,
        count(distinct components.member_id) as member_count,
        count(distinct components.member_id) filter (where components.counted_in is not null) as counted_in_count,
        cast(sum(components.contribution) as decimal(18, 5)) as contribution
    from components
    inner join hccs on components.variable = hccs.variable
    group by all
),

final as (
    select
        counted.run_id,
        counted.model,
        counted.variable,
        counted.label,
        counted.member_count,
        counted.counted_in_count,
        model_sizes.model_member_count,
        counted.member_count / model_sizes.model_member_count as prevalence,
        counted.contribution
    from counted
    inner join model_sizes on counted.model = model_sizes.model
)

select * from final
