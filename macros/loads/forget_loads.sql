{#- Pre-hook of a relation that takes loads one by one: when it is built anew, what was recorded of it is void. In one
    transaction with the rows. -#}
{% macro forget_loads() %}
    {%- if works_on_data() and not is_incremental() %}
delete from {{ loads_relation("load_progress") }} where relation_name = {{ sql_literal(this.identifier) }}
    {%- endif -%}
{% endmacro %}
