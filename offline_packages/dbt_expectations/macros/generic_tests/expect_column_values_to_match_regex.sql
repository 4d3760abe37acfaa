{#- is_raw exists for databases that read backslashes in string literals; DuckDB does not, so both values mean the same
    here. -#}
{% test expect_column_values_to_match_regex(model, column_name, regex, row_condition=None, is_raw=False, flags='') %}

select {{ column_name }}
from {{ model }}
where
    not regexp_matches({{ column_name }}, '{{ regex | replace("'", "''") }}', '{{ flags }}')
    {%- if row_condition %}
    and ({{ row_condition }})
    {%- endif %}

{% endtest %}
