{#- Why a row cannot be used: reject_reason and rejected_column of the first check that it fails, both null when it
    passes all. A check is [condition of failure, reason, column]. -#}
{% macro first_failed_check(checks) -%}
    case
        {%- for condition, reason, column in checks %}
        when {{ condition }} then '{{ reason }}'
        {%- endfor %}
    end as reject_reason,
    case
        {%- for condition, reason, column in checks %}
        when {{ condition }} then '{{ column }}'
        {%- endfor %}
    end as rejected_column
{%- endmacro %}
