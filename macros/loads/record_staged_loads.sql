{#- Post-hook of a typed staging table: it holds every load now that brought a file of its kind. -#}
{% macro record_staged_loads() %}
    {%- if works_on_data() %}
insert into {{ loads_relation("load_progress") }} (load_id, relation_name)
select distinct
    load_id,
    {{ sql_literal(this.identifier) }}
from {{ loads_relation("load_files") }}
inner join {{ loads_relation("load_batches") }} using (load_id)
where
    status != 'abandoned'
    and source_table = {{ sql_literal(raw_table_of(this.identifier)) }}
    and load_id not in ({{ loads_taken_by(this.identifier) }})
    {%- endif -%}
{% endmacro %}
