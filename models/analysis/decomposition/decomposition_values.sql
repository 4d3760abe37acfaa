{{ config(materialized="table") }}

-- Grain: batch_id, driver_order, score_part, segment_type, segment_value: every driver before and after.
-- A driver's value is the weighted sum of its states.

with

batch as (
    select * from {{ ref('current_batch') }}
    where analysis_type = 'decomposition'
),

terms as (
    select * from {{ ref('decomposition_terms') }}
),

states as (
    select * from {{ ref('decomposition_states') }}
),

score_parts as (
    select
        batch_id,
        unnest(
            case
                when cast(specification ->> '$.analysis.separate_rx_medical' as boolean) then ['all', 'medical', 'rx']
                else ['all']
            end
        ) as score_part
    from batch
),

weighted as (
    select
        terms.batch_id,
        terms.driver_order,
        terms.side,
        terms.divisor,
        score_parts.score_part,
        states.segment_type,
        states.segment_value,
        sum(
            terms.weight
            * case score_parts.score_part
                when 'all' then states.metric_value
                when 'rx' then states.rxc_value
                else states.metric_value - states.rxc_value
            end
        ) as amount
    from terms
    inner join states on terms.batch_id = states.batch_id and terms.state_id = states.state_id
    inner join score_parts on terms.batch_id = score_parts.batch_id
    group by all
),

divided as (
    -- Whole part and rest are divided on their own: one division in floating point would lose digits of large dollars.
    select
        * exclude (amount, divisor),
        case
            when divisor = 1 then cast(amount as decimal(38, 15))
            else
                cast(cast(trunc(amount) as hugeint) // divisor as decimal(38, 15))
                + cast(
                    round(
                        (cast(trunc(amount) as hugeint) % divisor + cast(amount - trunc(amount) as double)) / divisor,
                        case segment_type when 'total' then 12 else 15 end
                    ) as decimal(38, 15)
                )
        end as amount
    from weighted
),

final as (
    select
        batch_id,
        driver_order,
        score_part,
        segment_type,
        segment_value,
        coalesce(sum(amount) filter (where side = 'before'), 0) as value_before,
        coalesce(sum(amount) filter (where side = 'after'), 0) as value_after
    from divided
    group by all
)

select
    batch_id,
    driver_order,
    score_part,
    segment_type,
    segment_value,
    cast(value_before as decimal(38, 15)) as value_before,
    cast(value_after as decimal(38, 15)) as value_after,
    cast(value_after - value_before as decimal(38, 15)) as impact_value
from final
