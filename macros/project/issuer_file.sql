{#- The rows of one kind of the issuer's files, every column text, as a query for a raw view: the files of all loads, each
    row with its load.

    Files of a load with the same header are read together; of others each by its own, so that columns may stand in any
    order and an optional one may be absent (it is null then). Headers are checked here and not by the reader: DuckDB's
    own messages quote the file's first lines, and those may hold a member's values.
    The dialect is fixed (comma, double quotes, UTF-8) because guessing it from a sample is how columns shift.
    A malformed line is set aside by `store_rejects`; `keep_malformed_lines` turns it into a reject.

    source_row_number is known for Parquet only. CSV files are read in parallel and have no row numbers; a number made
    up afterwards would point at the wrong line. -#}
{% macro issuer_file(name, columns) %}
    {%- do source("issuer_files", name | replace("raw_", "", 1) ~ "_file") -%}
    {%- set all_columns = columns.required + columns.optional -%}
    {%- set batches = issuer_file_batches(name) if works_on_data() else [] -%}
    {%- if not batches %}
select
        {%- for column in all_columns %}
    cast(null as varchar) as {{ column }},
        {%- endfor %}
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_row_number,
    cast(null as bigint) as load_id,
    cast(null as timestamp) as load_timestamp
where false
    {%- else -%}
        {%- for batch in batches -%}
            {%- do require_issuer_columns(batch.paths[0], batch.header, columns.required) %}
            {{ "\nunion all\n" if not loop.first }}
select
            {%- for column in all_columns %}
                {%- if column in batch.header %}
    cast({{ adapter.quote(column) }} as varchar) as {{ column }},
                {%- else %}
    cast(null as varchar) as {{ column }},
                {%- endif %}
            {%- endfor %}
    parse_filename(filename) as source_file,
    {{ "file_row_number + 1" if batch.is_parquet else "cast(null as bigint)" }} as source_row_number,
    cast({{ batch.load_id }} as bigint) as load_id,
    cast({{ sql_literal(batch.load_timestamp) }} as timestamp) as load_timestamp
            {%- set paths = [] -%}
            {%- for path in batch.paths -%}
                {%- do paths.append(sql_literal(path_pattern(path))) -%}
            {%- endfor %}
            {%- if batch.is_parquet %}
from read_parquet([{{ paths | join(", ") }}], filename = true, file_row_number = true)
            {%- else %}
from read_csv(
    [{{ paths | join(", ") }}],
    auto_detect = false,
    header = true,
    delim = ',',
    quote = '"',
    escape = '"',
    columns = {
                {%- for column in batch.header %}
        {{ sql_literal(column) }}: 'VARCHAR'{{ "," if not loop.last }}
                {%- endfor %}
    },
    filename = true,
    store_rejects = true
)
            {%- endif -%}
        {%- endfor -%}
    {%- endif %}
{% endmacro %}
