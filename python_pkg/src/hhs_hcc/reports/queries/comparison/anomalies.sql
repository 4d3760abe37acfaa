-- One row per kind of finding and the run it is seen in: members with it. A member may have several.
select
    anomaly,
    seen_in,
    count(distinct member_id) as member_count
from main_analytics.anomaly_flags
where batch_id = $batch_id
group by all
order by member_count desc, anomaly, seen_in
