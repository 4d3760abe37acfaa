{#- Post-hook of a raw view: control totals of the files that have none yet, counted from the files and not from staging,
    so that the two can be compared. Malformed lines are in neither: the reader does not deliver them. -#}
{% macro count_delivered_rows() %}
    {%- if works_on_data() -%}
        {%- set uncounted = run_query(
            "select distinct files.load_id from " ~ loads_relation("load_files") ~ " as files inner join "
            ~ loads_relation("load_batches") ~ " as batches using (load_id) where batches.status = 'loading'"
            ~ " and files.row_count is null and files.source_table = " ~ sql_literal(this.identifier)
        ).columns[0].values() -%}
        {%- if uncounted | length > 0 %}
update {{ loads_relation("load_files") }}
set
    row_count = coalesce(counted.row_count, 0),
    charge_amount = coalesce(counted.charge_amount, 0),
    allowed_amount = coalesce(counted.allowed_amount, 0),
    paid_amount = coalesce(counted.paid_amount, 0)
from (
    select
        files.load_id,
        files.source_file,
        delivered.* exclude (load_id, source_file)
    from {{ loads_relation("load_files") }} as files
    left join (
        select
            load_id,
            source_file,
            {%- for amount in ["charge_amount", "allowed_amount", "paid_amount"] %}
            {{ "sum(" ~ issuer_number(amount, "decimal(18, 2)") ~ ")" if this.identifier == "raw_claims" else "0" }}
                as {{ amount }},
            {%- endfor %}
            count(*) as row_count
        from {{ this }}
        where load_id in ({{ uncounted | join(", ") }})
        group by load_id, source_file
    ) as delivered
        on
            files.load_id = delivered.load_id
            and files.source_file = delivered.source_file
    where
        files.load_id in ({{ uncounted | join(", ") }})
        and files.source_table = {{ sql_literal(this.identifier) }}
) as counted
where
    load_files.load_id = counted.load_id
    and load_files.source_file = counted.source_file
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
