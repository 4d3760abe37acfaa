{#- A query for the loads that a relation has taken. -#}
{% macro loads_taken_by(relation_name) -%}
    select load_id from {{ loads_relation("load_progress") }} where relation_name = {{ sql_literal(relation_name) }}
{%- endmacro %}
