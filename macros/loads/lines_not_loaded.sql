{#- A query for the CSV files that do not hold as many lines as were loaded from them or set aside as malformed. The
    lines were counted without a CSV reader (hhs_hcc.deliveries): a quote that is never closed makes the reader take line
    after line for one value, and report all of them as one malformed line.

    condition: which files, over the columns of load_files. -#}
{% macro lines_not_loaded(condition) -%}
with

malformed_lines as (
    {%- for entity in ["members", "enrollments", "plans", "providers", "claims", "supplemental_diagnoses"] %}
    select
        load_id,
        'raw_{{ entity }}' as source_table,
        source_file,
        count(*) as malformed_line_count
    from {{ ref("stg_issuer__" ~ entity ~ "_typed") }}
    where starts_with(reject_reason, 'malformed_line_')
    group by load_id, source_file
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        load_files.load_id,
        load_files.source_table,
        load_files.source_file,
        load_files.line_count,
        load_files.row_count,
        coalesce(malformed_lines.malformed_line_count, 0) as malformed_line_count
    from {{ source("loads", "load_files") }} as load_files
    left join malformed_lines using (load_id, source_table, source_file)
    where {{ condition }}
)

select
    *,
    line_count - row_count - malformed_line_count as missing_line_count
from counted
where missing_line_count != 0
{%- endmacro %}
