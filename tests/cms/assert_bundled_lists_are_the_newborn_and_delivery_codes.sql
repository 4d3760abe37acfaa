-- The two bundled-claim lists hold all codes of the year that lead to delivery (207-209) or newborn HCCs (242-249).

with

derived as (
    select distinct
        case when cc between 'HHS_HCC207' and 'HHS_HCC209' then 'mother' else 'infant' end as list_name,
        model_year,
        icd10
    from {{ ref('cms_dx_to_cc') }}
    where
        cc between 'HHS_HCC207' and 'HHS_HCC209'
        or cc between 'HHS_HCC242' and 'HHS_HCC249'
),

listed as (
    select
        'mother' as list_name,
        model_year,
        icd10
    from {{ ref('cms_bundled_mother_dx') }}
    union all
    select
        'infant' as list_name,
        model_year,
        icd10
    from {{ ref('cms_bundled_infant_dx') }}
),

missing as (
    select * from derived
    except
    select * from listed
),

superfluous as (
    select * from listed
    except
    select * from derived
)

select
    'missing from the list' as problem,
    list_name,
    model_year,
    icd10
from missing
union all
select
    'in the list without leading to the HCCs' as problem,
    list_name,
    model_year,
    icd10
from superfluous
