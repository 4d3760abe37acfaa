-- The numeric limits of an interaction repeat on each of its rows, and a row has a term exactly if it has a clause.

select
    model_year,
    model,
    variable
from {{ ref('cms_interaction') }}
group by all
having
    count(distinct row(hcc_count_min, hcc_count_max, enrollment_months_min, enrollment_months_max)) > 1
    or bool_or((clause_no is null) != (term is null))
    -- A row without a clause says "numeric limits only", which a row with one would contradict.
    or (bool_or(clause_no is null) and count(*) > 1)
