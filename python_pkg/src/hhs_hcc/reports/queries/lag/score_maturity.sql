-- One row per run of a year, by the date through which paid claims count: runs that differ in nothing else.
with

runs as (
    select
        run_id,
        benefit_year,
        concat(benefit_year, ', tables of ', model_year) as curve,
        paid_through,
        -- A cut-off after the delivery is no knowledge of what was paid in between.
        least(paid_through, coalesce(cast(load_timestamp as date), cast(started_at as date))) as known_through,
        member_count,
        started_at,
        to_json({
            'model_year': model_year,
            'edition': edition,
            'unknown_validity': unknown_validity,
            'mce_edits': mce_edits,
            'age_basis': age_basis,
            'invalid_gender': resolved_vars ->> 'invalid_gender',
            'coerce_gender': resolved_vars ->> 'coerce_gender',
            'claims_view': resolved_vars ->> 'claims_view',
            'enrollments_view': resolved_vars ->> 'enrollments_view',
            'members_view': resolved_vars ->> 'members_view',
            'radv_seed': resolved_vars ->> 'radv_seed',
            'cms_tables_hash': cms_tables_hash,
            'input_fingerprint': input_fingerprint
        }) as settings
    from main_runs.run_registry
    where
        analysis_type = 'scoring'
        and status = 'completed'
),

newest as (
    select * from runs
    qualify row_number() over (partition by curve, settings, known_through order by started_at desc) = 1
),

comparable as (
    -- Of several settings of a year, those of the newest run that has others to stand beside.
    select
        *,
        count(*) over (partition by curve, settings) as run_count,
        max(started_at) over (partition by curve, settings) as newest_at
    from newest
),

chosen as (
    select * from comparable
    where run_count > 1
    qualify newest_at = max(newest_at) over (partition by curve)
),

plrs_of_runs as (
    select
        run_id,
        cast(sum(plrs * member_months) as double) / cast(sum(member_months) as double) as plrs
    from main_runs.agg_plrs_by_plan
    where run_id in (select chosen.run_id from chosen)
    group by run_id
)

select
    chosen.benefit_year,
    chosen.curve,
    chosen.known_through,
    if(chosen.known_through = chosen.paid_through, 'paid by the cut-off', 'all that were delivered') as claims,
    datediff('month', make_date(chosen.benefit_year + 1, 1, 1), chosen.known_through + 1) as months,
    chosen.member_count,
    plrs_of_runs.plrs,
    plrs_of_runs.plrs / last_value(plrs_of_runs.plrs) over (
        partition by chosen.curve order by chosen.known_through
        rows between unbounded preceding and unbounded following
    ) as share_of_last
from chosen
inner join plrs_of_runs on chosen.run_id = plrs_of_runs.run_id
order by chosen.curve, chosen.known_through
