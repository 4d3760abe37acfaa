{#- The column names of an issuer's file, lower case, in the file's order. A file that cannot be opened, is empty or
    names a column twice stops here, with the file and not with its contents. -#}
{% macro issuer_file_header(path) %}
    {%- set unreadable = (
        "The file '" ~ path ~ "' cannot be read: it may be damaged, still being written, or closed to this user. "
        ~ "Replace it or correct its permissions, and run again."
    ) -%}
    {%- if path.endswith(".parquet") -%}
        {%- set described = try_or_compiler_error(
            unreadable, run_query, "select column_name from (describe from read_parquet(" ~ sql_literal(path) ~ "))"
        ) -%}
        {%- set names = described.columns[0].values() | map("lower") | list -%}
    {%- else -%}
        {#- One column with a separator that no text holds: the line as it is, decompressed and without its BOM.
            Not in parallel: of several threads any may be the first to deliver a line. -#}
        {%- set first_line = try_or_compiler_error(
            unreadable,
            run_query,
            "select line from read_csv(" ~ sql_literal(path) ~ ", auto_detect = false, header = false, delim = '\x01', "
            ~ "quote = '', escape = '', columns = {'line': 'VARCHAR'}, ignore_errors = true, parallel = false) "
            ~ "limit 1"
        ) -%}
        {%- if first_line | length == 0 -%}
            {{ exceptions.raise_compiler_error(
                "The file '" ~ path ~ "' is empty: not even a header line. docs/input_contract.md lists its columns."
            ) }}
        {%- endif -%}
        {%- set names = [] -%}
        {%- for cell in (first_line.columns[0].values() | first or "").split(",") -%}
            {%- do names.append(cell | trim | trim('"') | trim | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set repeated = names | unique | list | length != names | length -%}
    {%- if repeated -%}
        {{ exceptions.raise_compiler_error(
            "The header of '" ~ path ~ "' names a column twice, or leaves names empty: " ~ names | length
            ~ " columns, " ~ names | unique | list | length ~ " different names. Each column needs its own name; "
            ~ "docs/input_contract.md lists them."
        ) }}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}
