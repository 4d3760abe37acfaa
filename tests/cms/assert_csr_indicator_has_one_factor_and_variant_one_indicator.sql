-- In a model year a CSR indicator has one factor, and a plan variant of a metal level leads to one indicator.

select
    'the indicator has several factors' as problem,
    model_year,
    cast(csr_indicator as varchar) as csr_indicator_or_variant,
    null as metal_level
from {{ ref('cms_csr_adjustment') }}
group by all
having count(distinct factor) > 1
union all
select
    'the variant leads to several indicators' as problem,
    csr.model_year,
    csr.hios_variant_id as csr_indicator_or_variant,
    metals.metal_level
from {{ ref('cms_csr_adjustment') }} as csr
-- A row without a metal level holds for every one, so it must not compete with a row that names one.
inner join {{ ref('cms_metal_level') }} as metals
    on csr.metal_level = metals.metal_level or csr.metal_level is null
where csr.hios_variant_id is not null
group by all
having count(distinct csr.csr_indicator) > 1
