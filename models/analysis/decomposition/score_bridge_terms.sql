{{ config(materialized="view", tags=["comparison", "decomposition"]) }}

-- Grain: model_year, model, variable: what kind of term each variable of a sub-model is.
-- Read from the table that defines the variable, never from its name, so that a new model year needs no new rule here.

with

coefficients as (
    select * from {{ ref('cms_coefficient') }}
),

age_sex_bands as (
    select * from {{ ref('cms_age_sex') }}
),

hccs as (
    select * from {{ ref('cms_hcc') }}
),

groups as (
    select * from {{ ref('cms_hcc_group') }}
),

rxcs as (
    select * from {{ ref('cms_rxc') }}
),

cost_factors as (
    select * from {{ ref('cms_acf_rule') }}
),

interaction_terms as (
    select * from {{ ref('cms_interaction') }}
),

infant_severities as (
    -- Table 8 names its severities in the interactions of the infant model by these pseudo-terms.
    select distinct
        model_year,
        'IHCC_SEVERITY' || severity_level as severity_term
    from {{ ref('cms_infant_severity') }}
),

hccs_by_model as (
    select
        model_year,
        hcc as variable,
        unnest(['adult', 'child', 'infant']) as model,
        unnest([in_adult_model, in_child_model, in_infant_model]) as is_in_model
    from hccs
),

interactions as (
    select
        interaction_terms.model_year,
        interaction_terms.model,
        interaction_terms.variable,
        max(infant_severities.severity_term) as severity_term,
        bool_or(
            interaction_terms.enrollment_months_min is not null or interaction_terms.enrollment_months_max is not null
        ) as has_duration
    from interaction_terms
    left join infant_severities
        on
            interaction_terms.model_year = infant_severities.model_year
            and interaction_terms.term = infant_severities.severity_term
    group by all
),

kinds as (
    select
        model_year,
        model,
        variable,
        'age_sex' as kind
    from age_sex_bands
    union all
    select
        model_year,
        model,
        variable,
        'hcc' as kind
    from hccs_by_model
    where is_in_model
    union all
    select distinct
        model_year,
        model,
        group_variable as variable,
        'group' as kind
    from groups
    union all
    -- Which sub-models use RXCs, only the coefficients say.
    select distinct
        coefficients.model_year,
        coefficients.model,
        coefficients.variable,
        'rxc' as kind
    from coefficients
    semi join rxcs
        on coefficients.model_year = rxcs.model_year and coefficients.variable = rxcs.rxc
    union all
    select
        model_year,
        model,
        variable,
        'rxc' as kind
    from cost_factors
    union all
    select
        model_year,
        model,
        variable,
        case
            when severity_term is not null then 'infant_severity'
            when has_duration then 'duration'
            else 'interaction'
        end as kind
    from interactions
),

final as (
    select
        kinds.model_year,
        kinds.model,
        kinds.variable,
        kinds.kind,
        interactions.severity_term
    from kinds
    left join interactions
        on
            kinds.model_year = interactions.model_year
            and kinds.model = interactions.model
            and kinds.variable = interactions.variable
)

select * from final
