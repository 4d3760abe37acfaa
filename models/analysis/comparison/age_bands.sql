{{ config(materialized="view", tags=["comparison", "decomposition"]) }}

-- Grain: model_year, model, sex, age_last: the age band that CMS prices it in, spelled as in its variables.
-- Infants have no bands but a term for each year of age, which stands in their place.

with

age_sex as (
    select * from {{ ref('cms_age_sex') }}
),

final as (
    select
        age_sex.model_year,
        age_sex.model,
        sexes.sex,
        cast(ages.age_last as integer) as age_last,
        if(
            age_sex.model = 'infant',
            cast(ages.age_last as varchar),
            regexp_extract(age_sex.variable, '_(\d+_(\d+|GT))$', 1)
        ) as age_band
    from age_sex
    -- Older than anyone: the last band is open.
    inner join range(150) as ages (age_last)
        on ages.age_last between age_sex.age_min and coalesce(age_sex.age_max, 149)
    -- Girls have no infant term.
    inner join (values ('F'), ('M')) as sexes (sex)
        on age_sex.sex = sexes.sex or age_sex.model = 'infant'
)

select * from final
