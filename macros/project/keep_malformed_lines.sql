{#- Post-hook of a typed staging table: adds the lines of its CSV files that the reader could not split into columns,
    as rows with a reject reason and nothing else. DuckDB keeps what it set aside in temporary tables of the session;
    they exist only once a CSV file was read, and hold every scan of the session: of each file, the latest is that of this
    table. Files with different headers are read by scans of their own. The text of the line stays there: it holds a
    member's values.
    Comes before record_staged_loads, which makes the loads known as staged. -#}
{% macro keep_malformed_lines() %}
    {%- if works_on_data() -%}
        {%- set tables = run_query("select 1 from duckdb_tables() where table_name = 'reject_scans' and temporary") -%}
        {%- if tables | length > 0 %}
insert into {{ this }} (load_id, load_timestamp, source_file, source_row_number, reject_reason)
with

file_scans as (
    select
        reject_scans.scan_id,
        reject_scans.file_id,
        load_files.load_id,
        load_files.load_timestamp,
        load_files.source_file
    from reject_scans
    inner join {{ loads_relation("load_files") }} as load_files
        on reject_scans.file_path = load_files.path
    inner join {{ loads_relation("load_batches") }} as load_batches
        on load_files.load_id = load_batches.load_id
    where
        load_files.source_table = {{ sql_literal(raw_table_of(this.identifier)) }}
        and load_batches.status != 'abandoned'
        and load_files.load_id not in ({{ loads_taken_by(this.identifier) }})
    qualify reject_scans.scan_id = max(reject_scans.scan_id) over (partition by reject_scans.file_path)
)

select
    file_scans.load_id,
    file_scans.load_timestamp,
    file_scans.source_file,
    reject_errors.line as source_row_number,
    'malformed_line_' || min(lower(replace(cast(reject_errors.error_type as varchar), ' ', '_'))) as reject_reason
from file_scans
inner join reject_errors
    on
        file_scans.scan_id = reject_errors.scan_id
        and file_scans.file_id = reject_errors.file_id
group by all
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
