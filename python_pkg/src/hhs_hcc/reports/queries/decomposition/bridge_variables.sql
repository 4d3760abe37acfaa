-- One row per driver of the score bridge and variable of the model.
with

years as (
    select distinct runs.model_year
    from main_runs.batch_runs as batch_runs
    inner join main_runs.run_registry as runs on batch_runs.run_id = runs.run_id
    where batch_runs.batch_id = $batch_id and batch_runs.role is not null
),

labels as (
    select
        model_year,
        hcc as variable,
        label
    from main_cms.cms_hcc
    union all
    select
        model_year,
        rxc as variable,
        label
    from main_cms.cms_rxc
    union all
    select
        model_year,
        group_variable as variable,
        'Group of HCCs ' || string_agg(
            distinct replace(hcc, 'HHS_HCC', ''), ', ' order by replace(hcc, 'HHS_HCC', '')
        ) as label
    from main_cms.cms_hcc_group
    group by all
    union all
    select
        model_year,
        variable,
        case sex when 'F' then 'Female' else 'Male' end || ', '
        || case
            when age_max is null then age_min || ' and over'
            when age_min = age_max then 'age ' || age_min
            else age_min || ' to ' || age_max
        end as label
    from main_cms.cms_age_sex
),

meanings as (
    select
        labels.variable,
        max_by(labels.label, labels.model_year) as label
    from labels
    inner join years on labels.model_year = years.model_year
    group by labels.variable
)

select
    bridge.driver,
    bridge.variable,
    coalesce(meanings.label, '') as meaning,
    bridge.member_count,
    bridge.impact_value
from main_analytics.score_bridge as bridge
left join meanings on bridge.variable = meanings.variable
where bridge.batch_id = $batch_id and bridge.metric = $metric and bridge.variable is not null
order by abs(bridge.impact_value) desc, bridge.driver, bridge.variable
