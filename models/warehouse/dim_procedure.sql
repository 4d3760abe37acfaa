-- Grain: a HCPCS or CPT code that CMS lists for a model year, because it makes a claim count or is a drug of an RXC;
-- and the row -1 for all others. Facts keep the code itself.

with

eligible_codes as (
    select
        hcpcs as hcpcs_code,
        model_year,
        true as is_eligible
    from {{ ref('cms_eligible_hcpcs') }}
),

drug_codes as (
    select
        hcpcs as hcpcs_code,
        model_year,
        false as is_eligible,
        rxc
    from {{ ref('cms_hcpcs_to_rxc') }}
),

known as (
    select
        {{ hashed_key(["hcpcs_code", "model_year"]) }} as procedure_sk,
        hcpcs_code,
        model_year,
        bool_or(is_eligible) as is_risk_adjustment_eligible,
        max(rxc) as rxc
    from (
        select * from eligible_codes
        union all by name
        select * from drug_codes
    ) as listed_codes
    group by hcpcs_code, model_year
),

unknown as (
    select
        cast(-1 as bigint) as procedure_sk,
        '(unknown)' as hcpcs_code,
        0 as model_year,
        false as is_risk_adjustment_eligible
),

final as (
    select * from known
    union all by name
    select * from unknown
)

select * from final
