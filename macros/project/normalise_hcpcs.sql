{#- HCPCS or CPT code in the spelling of the CMS tables: upper case, letters and digits only; null when nothing is
    left. `normalise_hcpcs` of hhs_hcc does the same to frames: change both or neither. -#}
{% macro normalise_hcpcs(column) -%}
    nullif(regexp_replace(upper({{ column }}), '[^A-Z0-9]', '', 'g'), '')
{%- endmacro %}
