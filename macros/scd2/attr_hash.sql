{#- What a version is compared by: SHA-256, in hexadecimal, of the JSON list of the columns' canonical texts, in the
    order given. JSON, because it tells null from an empty text and never runs two neighbours together: ["ab","c"] is
    not ["a","bc"]. Anybody can work a hash out again from the values, in any language. -#}
{% macro attr_hash(columns) -%}
    {%- if columns is string or columns | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "attr_hash(columns): columns is " ~ ("a text" if columns is string else "empty")
            ~ ". Pass a list of column names, e.g. change_drivers('member')."
        ) }}
    {%- endif -%}
    sha256(cast(to_json([
        {%- for column in columns %}
        {{ canonical_text(column) }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ]) as varchar))
{%- endmacro %}
