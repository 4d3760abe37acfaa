-- Each claim line that staging accepted from a delivery in force has one fact, of the newest delivery that holds it.
-- By hash of the key, which takes half the time; that a fact is there once, another test says.
with

staged as (
    select
        hash(claim_id, claim_line_number) as line_hash,
        max(load_timestamp) as load_timestamp
    from {{ ref('stg_issuer__claims') }}
    group by line_hash
),

facts as (
    select
        hash(claim_id, claim_line_number) as line_hash,
        load_timestamp
    from {{ ref('fct_claim_line') }}
)

select
    coalesce(staged.load_timestamp, facts.load_timestamp) as load_timestamp,
    count(*) filter (where facts.line_hash is null) as lines_without_fact,
    count(*) filter (where staged.line_hash is null) as facts_without_line,
    count(*) filter (where facts.load_timestamp != staged.load_timestamp) as facts_of_another_load
from staged
full outer join facts
    on staged.line_hash = facts.line_hash
where facts.load_timestamp is distinct from staged.load_timestamp
group by all
