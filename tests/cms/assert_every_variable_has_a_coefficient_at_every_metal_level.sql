-- A sub-model defines exactly the variables that have coefficients in it, each at all five metal levels.

with

definitions as (
    select
        model_year,
        'adult' as model,
        hcc as variable
    from {{ ref('cms_hcc') }}
    where in_adult_model
    union all
    -- Infants have no coefficient per HCC: theirs are the maturity and severity interactions.
    select
        model_year,
        'child' as model,
        hcc as variable
    from {{ ref('cms_hcc') }}
    where in_child_model
    union all
    select
        model_year,
        'adult' as model,
        rxc as variable
    from {{ ref('cms_rxc') }}
    union all
    select distinct
        model_year,
        model,
        group_variable as variable
    from {{ ref('cms_hcc_group') }}
    union all
    select distinct
        model_year,
        model,
        variable
    from {{ ref('cms_age_sex') }}
    union all
    select distinct
        model_year,
        model,
        variable
    from {{ ref('cms_interaction') }}
    union all
    select distinct
        model_year,
        model,
        variable
    from {{ ref('cms_acf_rule') }}
),

expected as (
    select
        definitions.*,
        cms_metal_level.metal_level
    from definitions
    cross join {{ ref('cms_metal_level') }}
),

actual as (
    select
        model_year,
        model,
        variable,
        metal_level
    from {{ ref('cms_coefficient') }}
),

without_coefficient as (
    select * from expected
    except all
    select * from actual
),

without_definition as (
    select * from actual
    except all
    select * from expected
)

select
    'defined, but without a coefficient' as problem,
    model_year,
    model,
    variable,
    metal_level
from without_coefficient
union all
select
    'has a coefficient, but no definition' as problem,
    model_year,
    model,
    variable,
    metal_level
from without_definition
