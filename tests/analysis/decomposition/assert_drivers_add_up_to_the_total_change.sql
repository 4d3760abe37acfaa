-- The drivers of every decomposition add up to its total change, and the segments of each type to every driver.
with

headers as (
    select * from {{ ref('decomposition') }}
),

drivers as (
    select * from {{ ref('decomposition_scenarios') }}
),

added_drivers as (
    select
        batch_id,
        sum(impact_value) as impact_value
    from drivers
    group by all
),

added_segments as (
    select
        batch_id,
        driver_name,
        segment_type,
        sum(impact_value) as impact_value
    from {{ ref('decomposition_by_segment') }}
    group by all
),

segment_types as (
    select distinct
        batch_id,
        segment_type
    from added_segments
),

gaps as (
    select
        headers.batch_id,
        'all drivers' as what,
        headers.total_change as expected_value,
        coalesce(added_drivers.impact_value, 0) as added_value
    from headers
    left join added_drivers on headers.batch_id = added_drivers.batch_id

    union all

    select
        drivers.batch_id,
        drivers.driver_name || ' by ' || segment_types.segment_type as what,
        drivers.impact_value as expected_value,
        coalesce(added_segments.impact_value, 0) as added_value
    from drivers
    inner join segment_types on drivers.batch_id = segment_types.batch_id
    left join added_segments
        on
            drivers.batch_id = added_segments.batch_id
            and drivers.driver_name = added_segments.driver_name
            and segment_types.segment_type = added_segments.segment_type
)

select * from gaps
where abs(added_value - expected_value) > 1e-9
