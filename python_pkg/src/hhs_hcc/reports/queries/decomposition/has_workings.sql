-- One row: whether the workings of this decomposition are still there; each decomposition replaces those before it.
select count(*) > 0 as has_workings
from main_analytics.decomposition_terms
where batch_id = $batch_id
