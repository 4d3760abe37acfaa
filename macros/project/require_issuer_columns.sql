{#- Stops when a file lacks a required column. The names that it does have are not shown: without a header line they
    would be the values of the first member. -#}
{% macro require_issuer_columns(path, header, required) %}
    {%- set missing = required | reject("in", header) | list -%}
    {%- if missing -%}
        {%- if header | length == 1 -%}
            {%- set hint = " The whole header is one column: is the file separated by commas?" -%}
        {%- elif missing | length == required | length -%}
            {%- set hint = " Not one of the required columns is there: does the file have a header line?" -%}
        {%- else -%}
            {%- set hint = "" -%}
        {%- endif -%}
        {{ exceptions.raise_compiler_error(
            "The file '" ~ path ~ "' lacks " ~ missing | length ~ " of " ~ required | length ~ " required columns: "
            ~ missing | join(", ") ~ "." ~ hint ~ " docs/input_contract.md lists the columns of every file."
        ) }}
    {%- endif -%}
{% endmacro %}
