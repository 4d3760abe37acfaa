{#- A type of bill as three digits. The paper claim has four, of which the first is always zero: feeds keep or drop
    it. -#}
{% macro issuer_bill_type(column) -%}
    regexp_replace({{ issuer_text(column) }}, '^0([0-9]{3})$', '\1')
{%- endmacro %}
