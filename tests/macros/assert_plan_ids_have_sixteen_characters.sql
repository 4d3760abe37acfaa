-- A HIOS plan id is read with and without dashes; without its variant it is none.
with

cases as (
    select * from (
        values
        ('12345VA001000104', '12345VA001000104'),
        ('12345va0010001-04', '12345VA001000104'),
        ('12345-VA-001-0001-04', '12345VA001000104'),
        (' 12345VA001000104 ', '12345VA001000104'),
        ('12345VA0010001', null),
        ('1234VVA001000104', null),
        ('12345VA00100010A', null),
        ('', null)
    ) as t (delivered, expected)
)

select * from cases
where {{ issuer_plan_id("delivered") }} is distinct from expected
