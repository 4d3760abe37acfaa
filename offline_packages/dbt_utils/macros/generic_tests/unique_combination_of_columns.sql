{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}

{%- set key_columns = [] -%}
{%- for column in combination_of_columns -%}
    {%- do key_columns.append(adapter.quote(column) if quote_columns else column) -%}
{%- endfor %}

select
    {{ key_columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ key_columns | join(', ') }}
having count(*) > 1

{% endtest %}
