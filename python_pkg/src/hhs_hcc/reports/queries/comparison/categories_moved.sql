-- One row per HCC or RXC and way: members of both runs who have gained it, and who have lost it.
with

moved as (
    unpivot (
        select
            variable,
            label,
            gained_count as gained,
            lost_count as lost
        from main_analytics.comparison_hcc
        where
            batch_id = $batch_id
            and gained_count + lost_count > 0
    )
    on gained, lost
    into name moved_how value member_count
)

select
    variable,
    label,
    moved_how,
    member_count
from moved
order by sum(member_count) over (partition by variable) desc, variable, moved_how
