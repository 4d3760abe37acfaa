{{ config(materialized="table") }}

-- Grain: one row in all, the run in progress.
-- Models read their run from here. The invocation id in YAML or in a Python model would keep the value of an
-- earlier run (partial parsing freezes it); SQL is compiled anew each time.
-- depends_on: {{ ref('cms_publication') }}: from it the registry's row has the model version and what is provisional.

with

registered as (
    select * from {{ source('runs', 'run_registry') }}
),

final as (
    select
        run_id,
        invocation_id,
        run_timestamp,
        started_at,
        analysis_type,
        group_id,
        model_year,
        benefit_year,
        model_version,
        calculator,
        edition,
        unknown_validity,
        mce_edits,
        age_basis,
        is_provisional
    from registered
    where
        invocation_id = '{{ invocation_id }}'
        and status = 'started'
)

select * from final
