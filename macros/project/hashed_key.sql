{#- Surrogate key of a dimension whose rows never change: the first 60 bits of the MD5 of its natural key, as BIGINT. The
    same row has the same key in every database and after every rebuild, without a list of keys given out. The natural
    key goes through JSON, so that ('a', null) and ('a', '') and ('', 'a') are different keys; 60 bits leave -1, the row
    for the unknown, free. -#}
{% macro hashed_key(columns) -%}
    cast('0x' || left(md5(cast(json_array({{ columns | join(", ") }}) as varchar)), 15) as bigint)
{%- endmacro %}
