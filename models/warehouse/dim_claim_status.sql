-- Grain: one status that staging accepts, and the row -1.
-- is_in_force of the facts is not told by the status alone: a paid claim that another one replaces keeps its status.

with

statuses as (
    select t.* from (
        values
        ('paid', 'decided and paid', true, false, false),
        ('denied', 'decided and not paid', false, true, false),
        ('void', 'taken back, as if it had not been', false, false, true),
        ('replaced', 'taken back for a corrected claim', false, false, true)
    ) as t (claim_status, claim_status_meaning, is_paid, is_denied, is_taken_back)
),

known as (
    select
        {{ hashed_key(["claim_status"]) }} as claim_status_sk,
        *
    from statuses
),

unknown as (
    select
        cast(-1 as bigint) as claim_status_sk,
        '(unknown)' as claim_status,
        false as is_paid,
        false as is_denied,
        false as is_taken_back
),

final as (
    select * from known
    union all by name
    select * from unknown
)

select * from final
