{#- The number in the name of a rating area ("Rating Area 7", "7", "07"): issuers and CMS spell it differently. -#}
{% macro rating_area_number(column) -%}
    try_cast(regexp_extract({{ column }}, '^[^0-9]*([0-9]+)$', 1) as integer)
{%- endmacro %}
