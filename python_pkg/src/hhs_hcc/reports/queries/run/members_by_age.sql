-- A row is an age band of the CMS model. Age is that on the last covered day; days covered weight the scores.
with

bands as (
    select distinct
        model,
        age_min,
        age_max,
        case
            when age_max is null then age_min || '+'
            when age_min = age_max then cast(age_min as varchar)
            else age_min || '-' || age_max
        end as age_band
    from main_cms.cms_age_sex
    where model_year = $model_year
)

select
    bands.model,
    bands.age_min,
    bands.age_band,
    count(*) as member_count,
    count(*) filter (where members.gender = 'F') as female_count,
    count(*) filter (where members.gender = 'M') as male_count,
    sum(members.risk_score * members.enrollment_days) / sum(members.enrollment_days) as plrs
from main_runs.risk_score_members as members
inner join bands
    on
        members.model = bands.model
        and members.age_last >= bands.age_min
        and (members.age_last <= bands.age_max or bands.age_max is null)
where members.run_id = $run_id
group by bands.model, bands.age_min, bands.age_band
order by bands.age_min
