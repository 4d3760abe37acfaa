-- Grain: batch_id, driver_name, segment_type, segment_value: the part of a driver that a segment brings.
-- The segments of one type add up to the driver, and the drivers of a segment to its part of the total change.

with

definitions as (
    select * from {{ ref('decomposition_definitions') }}
    where batch_id in (select current_batch.batch_id from {{ ref('current_batch') }} as current_batch)
),

impacts as (
    select * from {{ ref('decomposition_values') }}
),

final as (
    select
        definitions.batch_id,
        definitions.step_index,
        definitions.driver_name,
        definitions.driver_type,
        definitions.score_part,
        impacts.segment_type,
        impacts.segment_value,
        impacts.value_before,
        impacts.value_after,
        impacts.impact_value
    from definitions
    inner join impacts
        on
            definitions.batch_id = impacts.batch_id
            and definitions.driver_order = impacts.driver_order
            and definitions.score_part = impacts.score_part
)

select * from final
