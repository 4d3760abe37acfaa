{{ config(materialized="view") }}

-- Grain: model_year_a, model_year_b, model, variable, metal_level: what CMS changed between two model years.
-- Every pair of years, both ways round; needs no run.

with

coefficients as (
    select * from {{ ref('cms_coefficient') }}
),

years as (
    select distinct model_year from coefficients
),

pairs as (
    select
        years_a.model_year as model_year_a,
        years_b.model_year as model_year_b
    from years as years_a
    inner join years as years_b on years_a.model_year != years_b.model_year
),

coefficients_a as (
    select
        pairs.*,
        coefficients.* exclude (model_year)
    from pairs
    inner join coefficients on pairs.model_year_a = coefficients.model_year
),

coefficients_b as (
    select
        pairs.*,
        coefficients.* exclude (model_year)
    from pairs
    inner join coefficients on pairs.model_year_b = coefficients.model_year
),

final as (
    select
        coalesce(a.model_year_a, b.model_year_a) as model_year_a,
        coalesce(a.model_year_b, b.model_year_b) as model_year_b,
        coalesce(a.model, b.model) as model,
        coalesce(a.variable, b.variable) as variable,
        coalesce(a.metal_level, b.metal_level) as metal_level,
        a.coefficient as coefficient_a,
        b.coefficient as coefficient_b,
        cast(b.coefficient - a.coefficient as decimal(9, 3)) as difference,
        case
            when a.coefficient is null then 'added'
            when b.coefficient is null then 'removed'
            when a.coefficient != b.coefficient then 'changed'
            else 'same'
        end as change_status
    from coefficients_a as a
    full outer join coefficients_b as b
        on
            a.model_year_a = b.model_year_a
            and a.model_year_b = b.model_year_b
            and a.model = b.model
            and a.variable = b.variable
            and a.metal_level = b.metal_level
)

select * from final
