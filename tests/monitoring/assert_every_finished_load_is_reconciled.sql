-- Every kind of file of every loaded delivery has its row in load_reconciliation: one that is missing there could not
-- differ.
with

delivered as (
    select distinct
        load_files.load_id,
        load_files.source_table
    from {{ source('loads', 'load_files') }} as load_files
    inner join {{ source('loads', 'load_batches') }} as load_batches
        on load_files.load_id = load_batches.load_id
    where load_batches.status = 'loaded'
),

reconciled as (
    select * from {{ ref('load_reconciliation') }}
)

select
    delivered.load_id,
    delivered.source_table
from delivered
left join reconciled
    on
        delivered.load_id = reconciled.load_id
        and delivered.source_table = reconciled.source_table
where reconciled.load_id is null
