-- In every model year the bins of enrolled days cover 1 to 366 without gap or overlap, one bin a month from 1 to 12.

with

bins as (
    select
        model_year,
        enrollment_months,
        days_min,
        days_max,
        coalesce(lag(days_max) over months + 1, 1) as expected_days_min,
        row_number() over months as expected_months,
        count(*) over (partition by model_year) as bin_count,
        lead(days_max) over months is null as is_last
    from {{ ref('cms_enrollment_duration') }}
    window months as (partition by model_year order by enrollment_months)
)

select * from bins
where
    days_min != expected_days_min
    or days_max < days_min
    or enrollment_months != expected_months
    or bin_count != 12
    or (is_last and days_max != 366)
