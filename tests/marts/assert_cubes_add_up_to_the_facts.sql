-- Month by month each cube holds the lines and dollars of the claim lines in force, no more and no less.
{%- set all_measures = ["line_count", "charge_amount", "allowed_amount", "paid_amount"] %}
{%- set cubes = {
    "claims_daily_member": ["service_date", all_measures],
    "claims_by_plan_metal_month": ["month_start_date", all_measures],
    "utilization_by_specialty": ["month_start_date", all_measures],
    "pmpm_trend": ["month_start_date", ["allowed_amount", "paid_amount"]],
} %}

with

facts as (
    select
        date_trunc('month', service_date) as service_month,
        count(*) as line_count,
        coalesce(sum(charge_amount), 0) as charge_amount,
        coalesce(sum(allowed_amount), 0) as allowed_amount,
        coalesce(sum(paid_amount), 0) as paid_amount
    from {{ ref('fct_claim_line') }}
    where is_in_force
    group by service_month
),

{%- for cube, (day_column, measures) in cubes.items() %}

{{ cube }}_months as (
    select
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        date_trunc('month', {{ day_column }}) as service_month
    from {{ ref(cube) }}
    group by service_month
),
{%- endfor %}

compared as (
    {%- for cube, (day_column, measures) in cubes.items() %}
    {%- set is_last_cube = loop.last %}
    {%- for measure in measures %}
    select
        '{{ cube }}' as cube_name,
        '{{ measure }}' as measure,
        coalesce(facts.service_month, {{ cube }}_months.service_month) as service_month,
        coalesce(facts.{{ measure }}, 0) as in_facts,
        coalesce({{ cube }}_months.{{ measure }}, 0) as in_cube
    from facts
    full outer join {{ cube }}_months
        on facts.service_month = {{ cube }}_months.service_month
    {{- "\n    union all" if not (loop.last and is_last_cube) }}
    {%- endfor %}
    {%- endfor %}
)

select * from compared
where in_facts != in_cube
