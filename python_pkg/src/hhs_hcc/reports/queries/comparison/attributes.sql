-- One row per attribute: members of both runs in whom it changed, and how their mean score moved beside the others'.
with

compared as (
    select * from main_analytics.run_comparison
    where
        batch_id = $batch_id
        and match_status = 'matched'
),

flags as (
    unpivot (
        select
            score_diff,
            metal_changed as "Metal level",
            csr_changed as "Cost-sharing variant",
            plan_changed as "Plan",
            rating_area_changed as "Rating area",
            age_band_changed as "Age band",
            model_changed as "Model (infant, child, adult)",
            duration_changed as "Months of enrollment"
        from compared
    )
    on columns(* exclude (score_diff))
    into name attribute value has_changed
)

select
    attribute,
    count(*) filter (where has_changed) as changed_count,
    count(*) filter (where not has_changed) as unchanged_count,
    changed_count / count(*) as changed_share,
    avg(score_diff) filter (where has_changed) as mean_change_if_changed,
    avg(score_diff) filter (where not has_changed) as mean_change_if_not
from flags
group by attribute
order by changed_count desc, attribute
