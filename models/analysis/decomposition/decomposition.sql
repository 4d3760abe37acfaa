-- Grain: batch_id: a decomposition, and the change that its drivers add up to.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

total as (
    select * from {{ ref('decomposition_values') }}
    where driver_order = 0 and score_part = 'all' and segment_type = 'total'
),

counts as (
    select
        terms.batch_id,
        max(states.member_count) filter (where terms.side = 'before') as member_count_before,
        max(states.member_count) filter (where terms.side = 'after') as member_count_after
    from {{ ref('decomposition_terms') }} as terms
    inner join {{ ref('decomposition_states') }} as states
        on terms.batch_id = states.batch_id and terms.state_id = states.state_id
    where terms.driver_order = 0 and states.segment_type = 'total'
    group by all
),

registered as (
    select * from {{ source('runs', 'run_registry') }}
),

final as (
    select
        batch.batch_id,
        batch.specification ->> '$.batch_name' as batch_name,
        batch.specification ->> '$.analysis.method' as method,
        batch.specification ->> '$.analysis.metric' as metric,
        batch.specification ->> '$.analysis.population_mode' as population_mode,
        batch.specification ->> '$.analysis.baseline' as baseline,
        batch.specification ->> '$.analysis.actual' as actual,
        batch.run_id_a as baseline_run_id,
        batch.run_id_b as actual_run_id,
        cast(total.value_before as decimal(38, 12)) as value_before,
        cast(total.value_after as decimal(38, 12)) as value_after,
        cast(total.impact_value as decimal(38, 12)) as total_change,
        counts.member_count_before,
        counts.member_count_after,
        cast(batch.specification ->> '$.analysis.separate_churn' as boolean) as is_churn_separate,
        cast(batch.specification ->> '$.analysis.separate_rx_medical' as boolean) as is_rx_separate,
        cast(registered.resolved_vars ->> '$.dollars_per_point_pmpm' as decimal(14, 6)) as dollars_per_point_pmpm,
        batch.run_timestamp,
        batch.group_id,
        batch.specification,
        cast(current_timestamp at time zone 'UTC' as timestamp) as created_at
    from batch
    inner join total on batch.batch_id = total.batch_id
    inner join counts on batch.batch_id = counts.batch_id
    inner join registered on batch.batch_id = registered.run_id
)

select * from final
