-- One row per driver of the score bridge: actual against baseline, over everyone whom either run scores.
with

members as (
    select
        driver,
        count(distinct member_id) as member_count
    from main_analytics.score_bridge_members
    where batch_id = $batch_id
    group by driver
)

select
    bridge.driver_index,
    bridge.driver,
    -- Two drivers of the mean over member months are known for all members together only.
    coalesce(any_value(members.member_count), max(bridge.member_count)) as member_count,
    sum(bridge.impact_value) as impact_value
from main_analytics.score_bridge as bridge
left join members on bridge.driver = members.driver
where bridge.batch_id = $batch_id and bridge.metric = $metric
group by bridge.driver_index, bridge.driver
order by bridge.driver_index
