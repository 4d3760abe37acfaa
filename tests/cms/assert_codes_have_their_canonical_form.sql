-- Codes are written as the look-ups expect them: upper case, no dots or dashes, leading zeros kept.

with

codes as (
    select distinct
        'cms_dx_to_cc' as table_name,
        'icd10' as kind,
        icd10 as code
    from {{ ref('cms_dx_to_cc') }}
    union all
    select distinct
        'cms_bundled_mother_dx' as table_name,
        'icd10' as kind,
        icd10 as code
    from {{ ref('cms_bundled_mother_dx') }}
    union all
    select distinct
        'cms_bundled_infant_dx' as table_name,
        'icd10' as kind,
        icd10 as code
    from {{ ref('cms_bundled_infant_dx') }}
    union all
    select distinct
        'cms_ndc_to_rxc' as table_name,
        'ndc' as kind,
        ndc as code
    from {{ ref('cms_ndc_to_rxc') }}
    union all
    select distinct
        'cms_hcpcs_to_rxc' as table_name,
        'hcpcs' as kind,
        hcpcs as code
    from {{ ref('cms_hcpcs_to_rxc') }}
    union all
    select distinct
        'cms_eligible_hcpcs' as table_name,
        'hcpcs' as kind,
        hcpcs as code
    from {{ ref('cms_eligible_hcpcs') }}
    union all
    select distinct
        'cms_acf_code' as table_name,
        code_type as kind,
        code
    from {{ ref('cms_acf_code') }}
    union all
    select distinct
        'cms_hcc' as table_name,
        'hcc' as kind,
        hcc as code
    from {{ ref('cms_hcc') }}
    union all
    select distinct
        'cms_rxc' as table_name,
        'rxc' as kind,
        rxc as code
    from {{ ref('cms_rxc') }}
    union all
    select distinct
        'cms_eligible_bill_type' as table_name,
        'bill_type_prefix' as kind,
        bill_type_prefix as code
    from {{ ref('cms_eligible_bill_type') }}
    union all
    select distinct
        'cms_csr_adjustment' as table_name,
        'hios_variant_id' as kind,
        hios_variant_id as code
    from {{ ref('cms_csr_adjustment') }}
    where hios_variant_id is not null
),

patterns (kind, pattern) as (
    values
    ('icd10', '[A-Z][0-9A-Z]{2,6}'),
    -- CMS lists a few products whose code has a letter where the product part begins.
    ('ndc', '[0-9]{5}[0-9A-Z][0-9]{5}'),
    ('hcpcs', '[0-9A-Z][0-9]{3}[0-9A-Z]'),
    ('hcc', 'HHS_HCC[0-9]{3}(_[0-9])?'),
    ('rxc', 'RXC_[0-9]{2}'),
    ('bill_type_prefix', '[1-9][0-9]'),
    ('hios_variant_id', '[0-9]{2}')
)

select codes.*
from codes
left join patterns
    on codes.kind = patterns.kind
where not coalesce(regexp_full_match(codes.code, patterns.pattern), false)
