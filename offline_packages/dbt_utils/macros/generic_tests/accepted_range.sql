{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}

{%- if min_value is none and max_value is none -%}
    {{ exceptions.raise_compiler_error(
        "accepted_range on " ~ model ~ ", column " ~ column_name ~ ": give min_value, max_value or both."
    ) }}
{%- endif -%}

{%- set or_equal = '=' if inclusive else '' -%}
{%- set bounds = [] -%}
{%- if min_value is not none -%}
    {%- do bounds.append(column_name ~ ' >' ~ or_equal ~ ' ' ~ min_value) -%}
{%- endif -%}
{%- if max_value is not none -%}
    {%- do bounds.append(column_name ~ ' <' ~ or_equal ~ ' ' ~ max_value) -%}
{%- endif %}

select {{ column_name }}
from {{ model }}
where not ({{ bounds | join(' and ') }})

{% endtest %}
