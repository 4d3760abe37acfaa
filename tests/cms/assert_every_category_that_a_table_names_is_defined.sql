-- Every HCC, RXC, group, infant category and cost factor that a table names is defined for the same model year.

with

hccs as (
    select
        model_year,
        hcc,
        in_adult_model,
        in_child_model,
        in_infant_model
    from {{ ref('cms_hcc') }}
),

-- What a term may be, per sub-model. `any` stands for tables that serve all sub-models.
definitions as (
    select
        model_year,
        'any' as model,
        hcc as category
    from hccs
    where in_adult_model or in_child_model or in_infant_model
    union
    select
        model_year,
        'adult' as model,
        hcc as category
    from hccs
    where in_adult_model
    union
    select
        model_year,
        'child' as model,
        hcc as category
    from hccs
    where in_child_model
    union
    select
        model_year,
        'infant' as model,
        hcc as category
    from hccs
    where in_infant_model
    union
    select
        cms_rxc.model_year,
        models.model,
        cms_rxc.rxc as category
    from {{ ref('cms_rxc') }}
    cross join (values ('any'), ('adult')) as models (model)
    union
    select
        model_year,
        model,
        group_variable as category
    from {{ ref('cms_hcc_group') }}
    union
    select
        model_year,
        'infant' as model,
        'IHCC_SEVERITY' || severity_level as category
    from {{ ref('cms_infant_severity') }}
    union
    select
        model_year,
        'infant' as model,
        'IHCC_' || maturity_category as category
    from {{ ref('cms_infant_maturity') }}
    union
    -- AGE1 is the maturity of an infant without a newborn HCC, so no HCC leads to it.
    select distinct
        model_year,
        'infant' as model,
        'IHCC_AGE1' as category
    from {{ ref('cms_infant_maturity') }}
    union
    select
        model_year,
        'any' as model,
        variable as category
    from {{ ref('cms_acf_rule') }}
),

uses as (
    select distinct
        'cms_dx_to_cc' as table_name,
        model_year,
        'any' as model,
        cc as category
    from {{ ref('cms_dx_to_cc') }}
    union all
    select
        'cms_hcc_hierarchy' as table_name,
        model_year,
        'any' as model,
        unnest([hcc, drops_hcc]) as category
    from {{ ref('cms_hcc_hierarchy') }}
    union all
    select
        'cms_hcc_group' as table_name,
        model_year,
        model,
        hcc as category
    from {{ ref('cms_hcc_group') }}
    union all
    select
        'cms_hcc_count_exclusion' as table_name,
        model_year,
        -- The child model has a row for an HCC that it does not use, as a reminder that the text is silent there.
        case when stated_in_table then model else 'any' end as model,
        hcc as category
    from {{ ref('cms_hcc_count_exclusion') }}
    union all
    select
        'cms_infant_severity' as table_name,
        model_year,
        'infant' as model,
        hcc as category
    from {{ ref('cms_infant_severity') }}
    union all
    select
        'cms_infant_maturity' as table_name,
        model_year,
        'infant' as model,
        hcc as category
    from {{ ref('cms_infant_maturity') }}
    union all
    select
        'cms_interaction' as table_name,
        model_year,
        model,
        term as category
    from {{ ref('cms_interaction') }}
    where term is not null
    union all
    select
        'cms_rxc_hierarchy' as table_name,
        model_year,
        'adult' as model,
        unnest([rxc, drops_rxc]) as category
    from {{ ref('cms_rxc_hierarchy') }}
    union all
    select distinct
        'cms_ndc_to_rxc' as table_name,
        model_year,
        'adult' as model,
        rxc as category
    from {{ ref('cms_ndc_to_rxc') }}
    union all
    select distinct
        'cms_hcpcs_to_rxc' as table_name,
        model_year,
        'adult' as model,
        rxc as category
    from {{ ref('cms_hcpcs_to_rxc') }}
    union all
    select
        'cms_acf_rule' as table_name,
        model_year,
        model,
        blocked_by as category
    from {{ ref('cms_acf_rule') }}
    union all
    select distinct
        'cms_acf_code' as table_name,
        model_year,
        'any' as model,
        variable as category
    from {{ ref('cms_acf_code') }}
)

select distinct uses.*
from uses
anti join definitions
    on
        uses.model_year = definitions.model_year
        and uses.model = definitions.model
        and uses.category = definitions.category
