-- A row is a kind of code: how many codes no CMS table of the model year lists, and in how many records they occur.
select
    record_kind,
    count(*) as code_count,
    sum(row_count) as row_count
from main_runs.agg_unmapped_codes
where run_id = $run_id
group by record_kind
order by record_kind
