-- Grain: batch_id, direction, rank: the members whose scores moved most, up and down.

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

{% for direction, sign in [("up", ""), ("down", "-")] -%}
movers_{{ direction }} as (
    -- Of equal moves, always the same come first.
    select
        *,
        '{{ direction }}' as direction
    from compared
    where {{ sign }}score_diff > 0
    order by {{ sign }}score_diff desc, member_id
    limit {{ number_var("top_mover_count") }}
),

{% endfor -%}

movers as (
    select * from movers_up
    union all
    select * from movers_down
),

final as (
    select
        batch_id,
        direction,
        cast(row_number() over (partition by direction order by abs(score_diff) desc, member_id) as integer) as rank,
        member_id,
        score_a,
        score_b,
        score_diff,
        demographic_diff,
        hcc_diff,
        rxc_diff,
        hcc_added,
        hcc_removed,
        rxc_added,
        rxc_removed
    from movers
)

select * from final
