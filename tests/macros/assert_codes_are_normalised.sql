-- The many spellings of a code become the one of the CMS tables, and what is no NDC becomes null.
with

cases as (
    select * from (
        values
        ('icd10', 'E11.22', 'E1122'),
        ('icd10', ' e11.22 ', 'E1122'),
        ('icd10', 'E11 - 22', 'E1122'),
        ('icd10', ' . ', null),
        ('icd10', '', null),
        ('hcpcs', ' j0129', 'J0129'),
        ('hcpcs', '99213', '99213'),
        ('hcpcs', '-', null),
        -- Dashed: 5-4-2, 4-4-2, 5-3-2, 5-4-1.
        ('ndc', '00003-1964-01', '00003196401'),
        ('ndc', '0003-1964-01', '00003196401'),
        ('ndc', '57894-060-02', '57894006002'),
        ('ndc', '57894-0060-2', '57894006002'),
        ('ndc', ' 00003 1964 01 ', '00003196401'),
        -- Without dashes: leading zeros were lost.
        ('ndc', '0003196401', '00003196401'),
        ('ndc', '003196401', '00003196401'),
        ('ndc', '00003196401', '00003196401'),
        -- A few products of the CMS list have a letter.
        ('ndc', '00117-a529-02', '00117A52902'),
        -- No NDC.
        ('ndc', 'n/a', null),
        ('ndc', '12345', null),
        ('ndc', '000031964010', null),
        ('ndc', '00003-1964', null),
        ('ndc', '000003-1964-01', null),
        ('ndc', '', null)
    ) as t (kind, delivered, expected)
),

results as (
    select
        *,
        case kind
            when 'icd10' then {{ normalise_icd10("delivered") }}
            when 'hcpcs' then {{ normalise_hcpcs("delivered") }}
            when 'ndc' then {{ normalise_ndc("delivered") }}
        end as result
    from cases
)

select * from results
where result is distinct from expected
