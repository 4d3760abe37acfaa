-- One row per model and variable: the largest differences between the two tables, at the metal level most members hold.
with

batch_years as (
    select
        max(registry.model_year) filter (where batch_runs.role = 'from') as model_year_a,
        max(registry.model_year) filter (where batch_runs.role = 'to') as model_year_b
    from main_runs.batch_runs as batch_runs
    inner join main_runs.run_registry as registry on batch_runs.run_id = registry.run_id
    where
        batch_runs.batch_id = $batch_id
        and registry.status = 'completed'
),

usual_metal as (
    select segment_value as metal_level
    from main_analytics.comparison_by_segment
    where
        batch_id = $batch_id
        and segment_type = 'metal_level'
    order by member_count_a + member_count_b desc, segment_value
    limit 1
)

select
    concat(differences.model, ' ', differences.variable) as term,
    differences.metal_level,
    differences.coefficient_a,
    differences.coefficient_b,
    -- A variable that one of the tables does not have adds nothing there.
    coalesce(differences.coefficient_b, 0) - coalesce(differences.coefficient_a, 0) as difference,
    differences.change_status
from main_analytics.coefficient_diff as differences
semi join batch_years
    on
        differences.model_year_a = batch_years.model_year_a
        and differences.model_year_b = batch_years.model_year_b
semi join usual_metal on differences.metal_level = usual_metal.metal_level
where
    differences.change_status != 'same'
    and difference != 0
order by abs(difference) desc, term
limit 40
