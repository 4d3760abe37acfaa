{#- ICD-10-CM code in the spelling of the CMS tables: upper case, letters and digits only; null when nothing is left.
    `normalise_icd10` of hhs_hcc does the same to frames: change both or neither.
    Upper case comes last: what else than a to z has a capital in A to Z, the engines do not agree on. -#}
{% macro normalise_icd10(column) -%}
    nullif(upper(regexp_replace({{ column }}, '[^A-Za-z0-9]', '', 'g')), '')
{%- endmacro %}
