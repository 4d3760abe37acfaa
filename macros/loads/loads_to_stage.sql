{#- The condition by which a typed staging table takes the loads that it does not hold yet; all of them when it is built
    anew. Ids are literals, so that the files of other loads are not even opened. -#}
{% macro loads_to_stage() %}
    {%- if not works_on_data() or model.resource_type == "unit_test" -%}
        {{ return("true") }}
    {%- endif -%}
    {%- set load_ids = run_query(
        "select distinct load_id from " ~ loads_relation("load_files") ~ " inner join "
        ~ loads_relation("load_batches") ~ " using (load_id) where status != 'abandoned' and source_table = "
        ~ sql_literal(raw_table_of(this.identifier))
        ~ (" and load_id not in (" ~ loads_taken_by(this.identifier) ~ ")" if is_incremental() else "")
        ~ " order by load_id"
    ).columns[0].values() -%}
    {{ return("load_id in (" ~ load_ids | join(", ") ~ ")" if load_ids | length > 0 else "false") }}
{% endmacro %}
