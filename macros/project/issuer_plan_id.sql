{#- A HIOS plan id with its variant, as 16 characters: 5 digits of the issuer, 2 letters of the state, 3 digits of the
    product, 4 of the component, 2 of the cost-sharing variant. Dashes and blanks between the parts are common. Null
    when it is none: without the variant a plan's cost-sharing factor is unknown. -#}
{% macro issuer_plan_id(column) -%}
    {%- set plan_id = "replace(replace(" ~ column ~ ", '-', ''), ' ', '')" -%}
    case when regexp_full_match({{ plan_id }}, '[0-9]{5}[A-Za-z]{2}[0-9]{9}') then upper({{ plan_id }}) end
{%- endmacro %}
