{#- ICD-10-CM code in the spelling of the CMS tables: upper case, letters and digits only; null when nothing is left.
    `normalise_icd10` of hhs_hcc does the same to frames: change both or neither. -#}
{% macro normalise_icd10(column) -%}
    nullif(regexp_replace(upper({{ column }}), '[^A-Z0-9]', '', 'g'), '')
{%- endmacro %}
