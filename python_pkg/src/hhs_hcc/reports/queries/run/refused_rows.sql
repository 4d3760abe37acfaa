-- A row is a file, a column and what was wrong with rows of it, in the deliveries that the run read.
-- Whom they are about is counted by the key that a row has: its member, its claim or its supplemental diagnosis.
with

deliveries as (
    -- What a later delivery of the same kind of file had not replaced by then.
    select
        load_id,
        source_table
    from main_staging.stg_issuer__loads
    where load_id <= $load_id
    qualify
        count(*) filter (
            where not (source_table in ('raw_claims', 'raw_supplemental_diagnoses') and claims_mode = 'changes')
        ) over (
            partition by source_table
            order by load_timestamp, load_id
            rows between 1 following and unbounded following
        ) = 0
)

select
    rejects.source_table,
    rejects.severity,
    rejects.reason,
    coalesce(rejects.column_name, '') as column_name,
    count(*) as row_count,
    count(
        distinct case
            when rejects.source_table = 'raw_claims' then split_part(rejects.record_key, '/', 1)
            when rejects.source_table not in ('raw_plans', 'raw_providers')
                then coalesce(rejects.record_key, rejects.source_file || rejects.source_row_number)
        end
    ) as key_count
from main_staging.stg_issuer__rejects as rejects
inner join deliveries
    on
        rejects.load_id = deliveries.load_id
        and rejects.source_table = deliveries.source_table
group by rejects.source_table, rejects.severity, rejects.reason, rejects.column_name
order by rejects.source_table, rejects.severity, rejects.reason, rejects.column_name
