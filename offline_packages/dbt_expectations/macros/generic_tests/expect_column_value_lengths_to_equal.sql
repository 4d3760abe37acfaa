{% test expect_column_value_lengths_to_equal(model, column_name, value, row_condition=None) %}

select {{ column_name }}
from {{ model }}
where
    length({{ column_name }}) != {{ value }}
    {%- if row_condition %}
    and ({{ row_condition }})
    {%- endif %}

{% endtest %}
