{#- The rows of one of the issuer's files, every column text, as a query for a raw view.

    All files of the name under RA_RAW_PATH are put one below the other, each read by its own header, so that columns
    may stand in any order and an optional one may be absent (it is null then). Headers are checked here and not by
    the reader: DuckDB's own messages quote the file's first lines, and those may hold a member's values.
    The dialect is fixed (comma, double quotes, UTF-8) because guessing it from a sample is how columns shift.
    A malformed line is set aside by `store_rejects`; `keep_malformed_lines` turns it into a reject.

    source_row_number is known for Parquet only. CSV files are read in parallel and have no row numbers; a number made
    up afterwards would point at the wrong line. -#}
{% macro issuer_file(name, columns) %}
    {%- do source("issuer_files", name | replace("raw_", "", 1) ~ "_file") -%}
    {%- set all_columns = columns.required + columns.optional -%}
    {%- if not works_on_data() %}
select
        {%- for column in all_columns %}
    cast(null as varchar) as {{ column }},
        {%- endfor %}
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_row_number
where false
    {%- else -%}
        {%- for path in issuer_file_paths(name) -%}
            {%- set header = issuer_file_header(path) -%}
            {%- do require_issuer_columns(path, header, columns.required) %}
            {%- set is_parquet = path.endswith(".parquet") -%}
            {{ "\nunion all\n" if not loop.first }}
select
            {%- for column in all_columns %}
                {%- if column in header %}
    cast({{ adapter.quote(column) }} as varchar) as {{ column }},
                {%- else %}
    cast(null as varchar) as {{ column }},
                {%- endif %}
            {%- endfor %}
    {{ sql_literal(path.split("/")[-1]) }} as source_file,
    {{ "file_row_number + 1" if is_parquet else "cast(null as bigint)" }} as source_row_number
            {%- if is_parquet %}
from read_parquet({{ sql_literal(path) }}, file_row_number = true)
            {%- else %}
from read_csv(
    {{ sql_literal(path) }},
    auto_detect = false,
    header = true,
    delim = ',',
    quote = '"',
    escape = '"',
    columns = {
                {%- for column in header %}
        {{ sql_literal(column) }}: 'VARCHAR'{{ "," if not loop.last }}
                {%- endfor %}
    },
    store_rejects = true
)
            {%- endif -%}
        {%- endfor -%}
    {%- endif %}
{% endmacro %}
