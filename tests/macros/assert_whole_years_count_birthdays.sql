-- A birthday adds a year on its day; 29 February is passed on 1 March of a common year; before birth is negative.
with

cases as (
    select * from (
        values
        (date '1980-10-15', date '2025-10-14', 44),
        (date '1980-10-15', date '2025-10-15', 45),
        (date '2004-02-29', date '2025-02-28', 20),
        (date '2004-02-29', date '2025-03-01', 21),
        (date '2004-02-29', date '2024-02-29', 20),
        (date '2025-03-01', date '2025-03-01', 0),
        (date '2025-03-02', date '2025-03-01', -1)
    ) as t (birth_date, on_date, expected)
)

select * from cases
where {{ whole_years("birth_date", "on_date") }} is distinct from expected
