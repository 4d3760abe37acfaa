{% test expect_table_row_count_to_be_between(
    model, min_value=None, max_value=None, group_by=None, row_condition=None, strictly=False
) %}

{%- if min_value is none and max_value is none -%}
    {{ exceptions.raise_compiler_error(
        "expect_table_row_count_to_be_between on " ~ model ~ ": give min_value, max_value or both."
    ) }}
{%- endif -%}

{%- set or_equal = '' if strictly else '=' -%}
{%- set bounds = [] -%}
{%- if min_value is not none -%}
    {%- do bounds.append('count(*) >' ~ or_equal ~ ' ' ~ min_value) -%}
{%- endif -%}
{%- if max_value is not none -%}
    {%- do bounds.append('count(*) <' ~ or_equal ~ ' ' ~ max_value) -%}
{%- endif %}

select
    {%- for column in group_by or [] %}
    {{ column }},
    {%- endfor %}
    count(*) as row_count
from {{ model }}
{%- if row_condition %}
where {{ row_condition }}
{%- endif %}
{%- if group_by %}
group by {{ group_by | join(', ') }}
{%- endif %}
having not ({{ bounds | join(' and ') }})

{% endtest %}
