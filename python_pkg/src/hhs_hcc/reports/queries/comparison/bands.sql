-- One row per band of change: members of both runs whose scores moved by more than the tolerance, by how far they moved.
with

bands (distance, more_than, up_to) as (
    values
    (1, 0.0, 0.05), (2, 0.05, 0.2), (3, 0.2, 0.5), (4, 0.5, 1.0), (5, 1.0, 2.0), (6, 2.0, 5.0), (7, 5.0, 10.0),
    (8, 10.0, null)
),

directions (direction, sign) as (values ('down', -1), ('up', 1)),

moved as (
    select
        compared.*,
        if(compared.score_diff > 0, 'up', 'down') as direction,
        bands.distance
    from main_analytics.run_comparison as compared
    inner join main_analytics.comparison_summary as summary on compared.batch_id = summary.batch_id
    inner join bands
        on
            abs(compared.score_diff) > bands.more_than
            and (abs(compared.score_diff) <= bands.up_to or bands.up_to is null)
    where
        compared.batch_id = $batch_id
        and abs(compared.score_diff) > summary.tolerance
),

counted as (
    select
        direction,
        distance,
        count(*) as member_count,
        avg(score_a) as mean_before,
        avg(score_b) as mean_after,
        avg(score_diff) as mean_change
    from moved
    group by all
),

categories as (
    select
        direction,
        distance,
        'gained' as moved_how,
        unnest(string_split(concat_ws(' ', hcc_added, rxc_added), ' ')) as variable
    from moved
    where hcc_added is not null or rxc_added is not null
    union all
    select
        direction,
        distance,
        'lost' as moved_how,
        unnest(string_split(concat_ws(' ', hcc_removed, rxc_removed), ' ')) as variable
    from moved
    where hcc_removed is not null or rxc_removed is not null
),

shared as (
    -- What fewer members share is not said, not even as the most frequent.
    select
        direction,
        distance,
        moved_how,
        variable
    from categories
    group by direction, distance, moved_how, variable
    having count(*) >= $smallest_cell
    qualify row_number() over (partition by direction, distance, moved_how order by count(*) desc, variable) = 1
),

named as (
    select
        shared.direction,
        shared.distance,
        max(concat(hccs.variable, ' ', hccs.label)) filter (where shared.moved_how = 'gained') as often_gained,
        max(concat(hccs.variable, ' ', hccs.label)) filter (where shared.moved_how = 'lost') as often_lost
    from shared
    inner join main_analytics.comparison_hcc as hccs on shared.variable = hccs.variable
    where hccs.batch_id = $batch_id
    group by all
)

select
    directions.direction,
    concat(
        if(directions.direction = 'up', 'rose by ', 'fell by '),
        case
            when bands.up_to is null then format('more than {:g}', cast(bands.more_than as double))
            when bands.more_than = 0 then format('up to {:g}', cast(bands.up_to as double))
            else format('{:g} to {:g}', cast(bands.more_than as double), cast(bands.up_to as double))
        end
    ) as band,
    coalesce(counted.member_count, 0) as member_count,
    counted.mean_before,
    counted.mean_after,
    counted.mean_change,
    named.often_gained,
    named.often_lost
from directions
cross join bands
left join counted on directions.direction = counted.direction and bands.distance = counted.distance
left join named on directions.direction = named.direction and bands.distance = named.distance
order by directions.sign * bands.distance
