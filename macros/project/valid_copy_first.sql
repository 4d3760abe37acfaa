{#- The order of the copies of one claim line, the valid one first: that of the newest load; within a load the one that
    was decided last, and on one day the more cautious status. Amounts decide last, so that two queries that choose a
    copy, the facts and their reconciliation, choose the same dollars, whatever the copies still differ in. -#}
{% macro valid_copy_first() -%}
    load_timestamp desc,
    load_id desc,
    paid_date desc nulls last,
    case claim_status when 'void' then 1 when 'replaced' then 2 when 'denied' then 3 else 4 end asc,
    charge_amount asc nulls last,
    allowed_amount asc nulls last,
    paid_amount asc nulls last
{%- endmacro %}
