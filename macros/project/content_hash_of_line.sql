{#- What decides among lines of one key where rows are not numbered (CSV): a hash of what they say. Arbitrary, but the same
    in every delivery: with the load in it, the choice would flip from one to the next and look like a change. -#}
{% macro content_hash_of_line() -%}
    hash(*columns(* exclude (load_id, load_timestamp, source_file, source_row_number)))
{%- endmacro %}
