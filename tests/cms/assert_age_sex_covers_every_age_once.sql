-- Every sex and age has exactly one demographic variable in its sub-model; of the infants, boys only, as CMS has it.

with

model_years as (
    select distinct model_year from {{ ref('cms_coefficient') }}
),

members as (
    select
        model_years.model_year,
        ages.age,
        sexes.sex,
        case when ages.age < 2 then 'infant' when ages.age < 21 then 'child' else 'adult' end as model
    from model_years
    cross join range(0, 121) as ages (age)
    cross join (values ('F'), ('M')) as sexes (sex)
),

matches as (
    select
        members.model_year,
        members.model,
        members.sex,
        members.age,
        count(age_sex.variable) as variable_count,
        -- A row of another sub-model that takes in the age counts too: each age has one sub-model.
        count(*) filter (where age_sex.model != members.model) as foreign_count
    from members
    left join {{ ref('cms_age_sex') }} as age_sex
        on
            members.model_year = age_sex.model_year
            and members.sex = age_sex.sex
            and members.age >= age_sex.age_min
            and (members.age <= age_sex.age_max or age_sex.age_max is null)
    group by all
)

select * from matches
where
    variable_count != case when model = 'infant' and sex = 'F' then 0 else 1 end
    or foreign_count > 0
