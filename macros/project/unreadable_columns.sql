{#- The names of the columns that hold a text which its expression could not read, as a list; null when there is none.
    `parsed` maps a column to its expression. The outer test keeps the list from being built for every row. -#}
{% macro unreadable_columns(parsed) -%}
    case
        when
            {%- for column, expression in parsed.items() %}
            {{ "or " if not loop.first }}({{ issuer_text(column) }} is not null and {{ expression }} is null)
            {%- endfor %}
            then list_filter(
                [
                    {%- for column, expression in parsed.items() %}
                    case when {{ issuer_text(column) }} is not null and {{ expression }} is null then '{{ column }}' end
                    {{- "," if not loop.last }}
                    {%- endfor %}
                ],
                lambda name: name is not null
            )
    end
{%- endmacro %}
