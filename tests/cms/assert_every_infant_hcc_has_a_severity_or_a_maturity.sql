-- An HCC of the infant model has a severity level or, if it tells how mature a newborn is, a maturity category.

with

infant_hccs as (
    select
        model_year,
        hcc
    from {{ ref('cms_hcc') }}
    where in_infant_model
),

placed as (
    select
        model_year,
        hcc
    from {{ ref('cms_infant_severity') }}
    union all
    select
        model_year,
        hcc
    from {{ ref('cms_infant_maturity') }}
)

select infant_hccs.*
from infant_hccs
anti join placed
    on
        infant_hccs.model_year = placed.model_year
        and infant_hccs.hcc = placed.hcc
