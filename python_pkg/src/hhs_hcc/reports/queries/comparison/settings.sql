-- One row per setting that decides scores: its value in both runs, differing ones first.
with

runs as (
    select
        batch_runs.role,
        registry.*
    from main_runs.batch_runs as batch_runs
    inner join main_runs.run_registry as registry on batch_runs.run_id = registry.run_id
    where
        batch_runs.batch_id = $batch_id
        and batch_runs.role in ('from', 'to')
        and registry.status = 'completed'
),

settings as (
    -- Hashes are told apart by their first letters; whole ones stand in the registry.
    select
        role,
        unnest([
            {'place': 1, 'setting': 'Benefit year (whose coverage and claims)', 'value': cast(benefit_year as varchar)},
            {'place': 2, 'setting': 'Model year (whose CMS tables)', 'value': cast(model_year as varchar)},
            {'place': 3, 'setting': 'Content of the CMS tables', 'value': left(cms_tables_hash, 12)},
            {'place': 4, 'setting': 'Data that were scored (fingerprint)', 'value': left(input_fingerprint, 12)},
            {'place': 5, 'setting': 'Claims paid through', 'value': coalesce(cast(paid_through as varchar), 'all')},
            {'place': 6, 'setting': 'Edition of the rules', 'value': edition},
            {'place': 7, 'setting': 'Codes of unknown validity', 'value': unknown_validity},
            {
                'place': 8, 'setting': 'Medicare Code Editor age and sex edits',
                'value': if(mce_edits, 'applied', 'not applied')
            },
            {'place': 9, 'setting': 'Age of a member', 'value': age_basis},
            {'place': 10, 'setting': 'Gender neither M nor F', 'value': resolved_vars ->> 'invalid_gender'},
            {'place': 11, 'setting': 'Claims', 'value': coalesce(resolved_vars ->> 'claims_view', 'as delivered')},
            {
                'place': 12, 'setting': 'Enrollment',
                'value': coalesce(resolved_vars ->> 'enrollments_view', 'as delivered')
            },
            {'place': 13, 'setting': 'Members', 'value': coalesce(resolved_vars ->> 'members_view', 'as delivered')},
            {
                'place': 14, 'setting': 'Simulated audit (replicate)',
                'value': coalesce(resolved_vars ->> 'radv_seed', 'none')
            },
            {'place': 15, 'setting': 'Calculator', 'value': calculator},
            {'place': 16, 'setting': 'Calculator, content', 'value': left(package_hash, 12)},
        ], recursive := true)
    from runs
)

select
    setting,
    max(value) filter (where role = 'from') as run_a,
    max(value) filter (where role = 'to') as run_b,
    if(run_a is distinct from run_b, 'yes', 'no') as differs
from settings
group by place, setting
order by differs desc, place
