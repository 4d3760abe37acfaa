{#- No fact had to take the row -1 of a dimension. Meant to warn: such a fact is kept and counts, and who delivers has to
    hear that a claim names a member, plan or provider that no roster has. The result is the number of facts. -#}
{% test finds_every_version(model, column_name) %}

select {{ column_name }} from {{ model }}
where {{ column_name }} = -1

{% endtest %}
