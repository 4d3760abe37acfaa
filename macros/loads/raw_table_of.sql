{#- The raw table behind a typed staging table: raw_members of stg_issuer__members_typed. -#}
{% macro raw_table_of(typed_table) -%}
    {{ return("raw_" ~ typed_table.removeprefix("stg_issuer__").removesuffix("_typed")) }}
{%- endmacro %}
