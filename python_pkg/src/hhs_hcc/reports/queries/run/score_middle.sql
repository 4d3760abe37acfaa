-- One row: the mean score; the median to the nearest 0.05, and how many members share that value.
with

members as (
    select
        cast(risk_score as double) as risk_score,
        round(round(risk_score / 0.05) * 0.05, 2) as rounded_score
    from main_runs.risk_score_members
    where run_id = $run_id
),

middle as (
    select
        avg(risk_score) as mean_score,
        round(round(median(risk_score) / 0.05) * 0.05, 2) as median_score
    from members
)

select
    middle.mean_score,
    middle.median_score,
    (select count(*) from members where members.rounded_score = middle.median_score) as same_count
from middle
