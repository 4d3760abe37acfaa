-- Reasons and column names of rejects are words of this project, never what a file said.
select
    reason,
    column_name
from {{ ref('stg_issuer__rejects') }}
where
    not regexp_full_match(reason, '(missing|invalid|unknown|duplicate|malformed_line)_[a-z_]+|end_before_start')
    or not regexp_full_match(coalesce(column_name, 'none'), '[a-z_]+')
