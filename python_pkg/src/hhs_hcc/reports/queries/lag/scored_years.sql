-- One row per benefit year that has been scored, newest first.
select distinct benefit_year
from main_runs.run_registry
where
    analysis_type = 'scoring'
    and status = 'completed'
order by benefit_year desc
