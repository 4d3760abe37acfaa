{#- Post-hook of a relation behind staging: it has taken these loads, by default all that are whole. -#}
{% macro record_loads(relation_name, load_ids=none) %}
    {%- if execute and flags.WHICH in ["run", "build", "snapshot"] %}
insert into {{ loads_relation("load_progress") }} (load_id, relation_name)
select
    load_id,
    {{ sql_literal(relation_name) }}
from {{ loads_relation("load_batches") }}
where
    status = 'loaded'
    {%- if load_ids is not none %}
    and load_id in ({{ load_ids | join(", ") or "null" }})
    {%- endif %}
    and load_id not in ({{ loads_taken_by(relation_name) }})
    {%- endif -%}
{% endmacro %}
