{#- Files of one kind in the newest load have no complaint of one severity: rejected rows, or values that could not be read
    (warning). Meant to warn: dirt is no defect of this project, and who delivers has to hear of it. The result is the
    number of complaints; stg_issuer__rejects has them by reason and column, and no value. -#}
{% test has_no_complaints(model, source_table, complaint) %}

select
    load_id,
    reason,
    column_name
from {{ model }}
where
    source_table = {{ sql_literal(source_table) }}
    and severity = {{ sql_literal(complaint) }}
    and load_id = (
        select max_by(loads.load_id, (loads.load_timestamp, loads.load_id))
        from {{ ref('stg_issuer__loads') }} as loads
    )

{% endtest %}
