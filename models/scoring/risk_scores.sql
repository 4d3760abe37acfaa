{{ config(materialized="view") }}

-- Grain: run_id, member_id. The score of each member in each run.
-- A view: its JSON is made when it is read, from the rows of the members that are asked for.

with

members as (
    select * from {{ ref('risk_score_members') }}
),

runs as (
    select * from {{ source('runs', 'run_registry') }}
),

components as (
    select
        run_id,
        member_id,
        to_json(
            list(
                {
                    'segment_number': segment_number,
                    'variable': variable,
                    'component_type': component_type,
                    'counted_in': counted_in,
                    'coefficient': coefficient,
                    'contribution': contribution
                }
                order by segment_number, component_type, variable
            )
        ) as components
    from {{ ref('risk_score_components') }}
    group by all
),

segments as (
    select
        run_id,
        member_id,
        list(
            {
                'segment_number': segment_number,
                'hios_plan_id': hios_plan_id,
                'metal_level': metal_level,
                'csr_variant': csr_variant,
                'csr_indicator': csr_indicator,
                'csr_factor': csr_factor,
                'segment_days': segment_days,
                'member_months': member_months,
                'raw_risk_score': raw_risk_score,
                'risk_score': risk_score
            }
            order by segment_number
        ) as segments
    from {{ ref('risk_score_segments') }}
    group by all
),

final as (
    select
        members.run_id,
        members.member_id,
        members.risk_score,
        members.reported_risk_score,
        members.raw_risk_score,
        members.csr_factor,
        members.demographic_score,
        members.hcc_score,
        members.rxc_score,
        members.model,
        members.gender,
        members.metal_level,
        members.hios_plan_id,
        members.state,
        members.rating_area,
        members.segment_count,
        members.enrollment_months,
        members.enrollment_days,
        members.age_last,
        runs.model_year,
        runs.benefit_year,
        runs.calculator,
        runs.model_version,
        runs.run_timestamp,
        members.created_at,
        members.hcc_list,
        members.rxc_list,
        to_json({
            'edition': runs.edition,
            'unknown_validity': runs.unknown_validity,
            'mce_edits': runs.mce_edits,
            'age_basis': runs.age_basis,
            'is_provisional': runs.is_provisional,
            'segments': segments.segments
        }) as details,
        components.components
    from members
    inner join runs on members.run_id = runs.run_id
    inner join segments
        on members.run_id = segments.run_id and members.member_id = segments.member_id
    inner join components
        on members.run_id = components.run_id and members.member_id = components.member_id
)

select * from final
