-- HCCs and RXCs are given all that they and the groups and infant terms behind them add to scores, and nothing twice.
with

current_batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'comparison'
),

given as (
    select
        sum(contribution_a) as contribution_a,
        sum(contribution_b) as contribution_b
    from {{ ref('comparison_hcc') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

components as (
    select * from {{ ref('risk_score_components') }}
    where run_id in (select unnest([current_batch.run_id_a, current_batch.run_id_b]) from current_batch)
),

categories as (
    select hcc as variable from {{ ref('cms_hcc') }}
    union
    select rxc as variable from {{ ref('cms_rxc') }}
),

terms as (
    -- Groups and infant terms, of the members who have HCCs behind them.
    select distinct
        run_id,
        member_id,
        segment_number,
        counted_in as variable
    from components
    where counted_in is not null
),

counted as (
    select
        components.run_id,
        components.contribution
    from components
    semi join categories on components.variable = categories.variable
    union all
    select
        components.run_id,
        components.contribution
    from components
    semi join terms
        on
            components.run_id = terms.run_id
            and components.member_id = terms.member_id
            and components.segment_number = terms.segment_number
            and components.variable = terms.variable
),

scored as (
    select
        coalesce(sum(contribution) filter (where run_id = (select current_batch.run_id_a from current_batch)), 0)
            as contribution_a,
        coalesce(sum(contribution) filter (where run_id = (select current_batch.run_id_b from current_batch)), 0)
            as contribution_b
    from counted
)

select
    given.contribution_a as given_a,
    scored.contribution_a as scored_a,
    given.contribution_b as given_b,
    scored.contribution_b as scored_b
from given
cross join scored
where
    given.contribution_a != scored.contribution_a
    or given.contribution_b != scored.contribution_b
