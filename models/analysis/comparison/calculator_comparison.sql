-- Grain: batch_id, member_id: the same members, data and tables, scored by two editions or two calculators.
-- Only batches whose runs agree in model year, benefit year, input and run-out: what differs is how they calculate.

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

run_registry as (
    select * from {{ source('runs', 'run_registry') }}
),

pairs as (
    select
        current_batch.batch_id,
        a.run_id as run_id_a,
        b.run_id as run_id_b,
        a.edition as edition_a,
        b.edition as edition_b,
        a.calculator as calculator_a,
        b.calculator as calculator_b
    from current_batch
    inner join run_registry as a on current_batch.run_id_a = a.run_id
    inner join run_registry as b on current_batch.run_id_b = b.run_id
    where
        a.model_year = b.model_year
        and a.benefit_year = b.benefit_year
        and a.input_fingerprint = b.input_fingerprint
        and a.paid_through is not distinct from b.paid_through
),

compared as (
    select * from {{ ref('run_comparison') }}
    where
        batch_id = (select pairs.batch_id from pairs)
        and match_status = 'matched'
),

variables_a as (
    -- The segments of a member share their variables.
    select
        member_id,
        variable
    from {{ ref('risk_score_components') }}
    where run_id = (select pairs.run_id_a from pairs) and segment_number = 1
),

variables_b as (
    select
        member_id,
        variable
    from {{ ref('risk_score_components') }}
    where run_id = (select pairs.run_id_b from pairs) and segment_number = 1
),

in_one_run_only as (
    select
        variables_a.*,
        'a' as side
    from variables_a
    anti join variables_b
        on
            variables_a.member_id = variables_b.member_id
            and variables_a.variable = variables_b.variable
    union all
    select
        variables_b.*,
        'b' as side
    from variables_b
    anti join variables_a
        on
            variables_b.member_id = variables_a.member_id
            and variables_b.variable = variables_a.variable
),

different_variables as (
    select
        member_id,
        string_agg(variable, ' ' order by variable) filter (where side = 'a') as variables_a_only,
        string_agg(variable, ' ' order by variable) filter (where side = 'b') as variables_b_only
    from in_one_run_only
    group by all
),

final as (
    select
        compared.batch_id,
        compared.run_id_a,
        compared.run_id_b,
        compared.member_id,
        pairs.edition_a,
        pairs.edition_b,
        pairs.calculator_a,
        pairs.calculator_b,
        compared.score_a,
        compared.score_b,
        compared.score_diff,
        cast({{ number_var("calculator_tolerance") }} as decimal(20, 6)) as tolerance,
        abs(compared.score_diff) <= {{ number_var("calculator_tolerance") }} as is_within_tolerance,
        different_variables.variables_a_only,
        different_variables.variables_b_only
    from compared
    cross join pairs
    left join different_variables on compared.member_id = different_variables.member_id
)

select * from final
