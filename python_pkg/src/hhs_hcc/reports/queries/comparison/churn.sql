-- One row for all members and one per metal level: who left, stayed and came, and the PLRS of each.
-- Members stand at the metal level of run a, those who came at that of run b.
select
    metal_level,
    coalesce(max(member_count) filter (where churn_status = 'termed'), 0) as left_count,
    coalesce(max(member_count) filter (where churn_status = 'continuing'), 0) as stayed_count,
    coalesce(max(member_count) filter (where churn_status = 'new'), 0) as came_count,
    max(member_month_mean_a) filter (where churn_status = 'termed') as left_plrs_a,
    max(member_month_mean_a) filter (where churn_status = 'continuing') as stayed_plrs_a,
    max(member_month_mean_b) filter (where churn_status = 'continuing') as stayed_plrs_b,
    max(member_month_mean_b) filter (where churn_status = 'new') as came_plrs_b
from main_analytics.churn_analysis
where batch_id = $batch_id
group by metal_level
order by metal_level
