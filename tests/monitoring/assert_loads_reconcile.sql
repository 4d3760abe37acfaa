-- Every row and dollar of every load is staged, rejected, superseded, replaced as a whole, or in the warehouse.
-- A failing row says which load, which kind of file, between which steps, and how much is missing (or, below zero, too
-- much).
with

reconciliation as (
    select * from {{ ref('load_reconciliation') }}
),

differences as (
    {%- for step, description in {"staging": "files to staging", "warehouse": "staging to warehouse"}.items() %}
    {%- set is_last_step = loop.last %}
    {%- for measure in ["row_count", "charge_amount", "allowed_amount", "paid_amount"] %}
    select
        load_id,
        source_table,
        '{{ description }}' as step,
        '{{ measure }}' as measure,
        {{ step }}_{{ measure }}_difference as difference
    from reconciliation
    {{- "\n    union all" if not (loop.last and is_last_step) }}
    {%- endfor %}
    {%- endfor %}
)

select * from differences
where difference != 0
