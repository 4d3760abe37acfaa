{#- The files of one name in RA_RAW_PATH, sorted: <name>.csv, <name>_<anything>.csv, the same with .csv.gz or .parquet.
    None at all is an error: an empty view would score nobody and look like success. -#}
{% macro issuer_file_paths(name) %}
    {%- set folder = raw_path().rstrip("/") -%}
    {#- Characters that mean something in a glob stand for themselves in a folder's name. -#}
    {%- set literal_folder = modules.re.sub("([\\[*?])", "[\\1]", folder) -%}
    {%- set found = run_query(
        "select file from glob(" ~ sql_literal(literal_folder ~ "/" ~ name ~ "*") ~ ") order by file"
    ) -%}
    {%- set paths = [] -%}
    {%- for path in found.columns[0].values() | map("replace", "\\", "/") -%}
        {%- if modules.re.match(name ~ "(_.*)?\\.(csv|csv\\.gz|parquet)$", path.split("/")[-1]) -%}
            {%- do paths.append(path) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not paths -%}
        {{ exceptions.raise_compiler_error(
            "No file " ~ name ~ ".csv, " ~ name ~ "_*.csv, .csv.gz or .parquet in the folder '" ~ folder ~ "'"
            ~ (" (found: " ~ found.columns[0].values() | map("replace", folder ~ "/", "") | join(", ") ~ ")"
                if found.columns[0].values() else "")
            ~ ". The environment variable RA_RAW_PATH names the folder (default data/raw, seen from where dbt is "
            ~ "started). docs/input_contract.md says what belongs into it; `make demo` fills it with a demo issuer."
        ) }}
    {%- endif -%}
    {{ return(paths) }}
{% endmacro %}
