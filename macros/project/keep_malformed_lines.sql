{#- Post-hook of a typed staging table: adds the lines of its CSV files that the reader could not split into columns,
    as rows with a reject reason and nothing else. DuckDB keeps what it set aside in temporary tables of the session;
    they exist only once a CSV file was read, and hold every scan of the session, hence the latest one. The text of
    the line stays there: it holds a member's values. -#}
{% macro keep_malformed_lines(name) %}
    {%- if works_on_data() -%}
        {%- set tables = run_query("select 1 from duckdb_tables() where table_name = 'reject_scans' and temporary") -%}
        {%- if tables | length > 0 %}
insert into {{ this }} (source_file, source_row_number, reject_reason)
with

file_scans as (
    select
        scan_id,
        file_id,
        parse_filename(file_path) as source_file
    from reject_scans
    where regexp_full_match(parse_filename(file_path), '{{ name }}(_.*)?\.csv(\.gz)?')
    qualify scan_id = max(scan_id) over ()
)

select
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
