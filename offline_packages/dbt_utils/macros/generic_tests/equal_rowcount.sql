{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}

{#- The constant makes one group of the whole table when no columns are named. -#}
{%- set group_columns = group_by_columns | join(', ') if group_by_columns else 'all_rows' -%}
{%- set selected_columns = group_columns if group_by_columns else '1 as all_rows' %}

with

counted as (
    select {{ selected_columns }}, 1 as in_model, 0 as in_compare_model from {{ model }}
    union all
    select {{ selected_columns }}, 0 as in_model, 1 as in_compare_model from {{ compare_model }}
)

select
    {{ group_columns }},
    sum(in_model) as model_row_count,
    sum(in_compare_model) as compare_model_row_count
from counted
group by {{ group_columns }}
having sum(in_model) != sum(in_compare_model)

{% endtest %}
