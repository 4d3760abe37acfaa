-- One row per year of service: its lines in force paid by the last complete month, and its deadline.
select
    year(lines.service_date) as service_year,
    count(*) as line_count,
    cast(date_trunc('month', max(lines.service_date)) as date) as last_month,
    any_value(deadlines.deadline_date) as deadline_date
from main_warehouse.fct_claim_line as lines
left join (
    select
        calendar_year,
        max(edge_submission_deadline) as deadline_date
    from main_warehouse.dim_date
    group by calendar_year
) as deadlines
    on year(lines.service_date) = deadlines.calendar_year
where
    lines.is_in_force
    and lines.paid_date <= cast($seen_through as date)
    and lines.service_date is not null
group by service_year
order by service_year
