{#- None of the columns is null anywhere. One query for a whole table, where the built-in test takes one per column;
    the reference tables have many. A failing row names the column and how often it is null. -#}
{% test has_no_nulls(model, columns) %}

with

null_counts as (
    {% for column in columns -%}
        select
            '{{ column }}' as column_name,
            count(*) - count({{ column }}) as null_count
        from {{ model }}
        {% if not loop.last -%} union all {%- endif %}
    {% endfor %}
)

select * from null_counts
where null_count > 0

{% endtest %}
