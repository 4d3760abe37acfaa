{#- On a column, the expression continues the column's name (`">= 0"`); on a model it stands alone. -#}
{% test expression_is_true(model, expression, column_name=None) %}

{%- set condition = column_name ~ ' ' ~ expression if column_name else expression %}

select {{ '*' if should_store_failures() else '1 as failed_row' }}
from {{ model }}
where not ({{ condition }})

{% endtest %}
