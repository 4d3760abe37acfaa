-- Grain: batch_id, member_id, anomaly, seen_in: what somebody should look at before explaining a change.
-- Large moves and lost chronic conditions happen; the others cannot, and point at the data or the calculator.

with

current_batch as (
    select * from {{ ref('current_batch') }}
),

compared as (
    select * from {{ ref('run_comparison') }}
    where batch_id = (select current_batch.batch_id from current_batch)
),

runs as (
    select
        if(registry.run_id = current_batch.run_id_a, 'a', 'b') as side,
        registry.run_id,
        registry.model_year,
        registry.benefit_year,
        registry.age_basis
    from {{ source('runs', 'run_registry') }} as registry
    cross join current_batch
    where registry.run_id in (current_batch.run_id_a, current_batch.run_id_b)
),

members as (
    select
        runs.side,
        runs.model_year,
        runs.benefit_year,
        runs.age_basis,
        members.member_id,
        members.model,
        members.gender,
        members.age_last,
        members.hcc_list
    from {{ ref('risk_score_members') }} as members
    inner join runs on members.run_id = runs.run_id
),

member_hccs as (
    select
        * exclude (hcc_list),
        unnest(string_split(hcc_list, ' ')) as hcc
    from members
    where hcc_list is not null
),

hccs as (
    select * from {{ ref('cms_hcc') }}
),

hierarchy as (
    select * from {{ ref('cms_hcc_hierarchy') }}
),

chronic_hccs as (
    select * from {{ ref('chronic_hcc') }}
),

pregnancy_hccs as (
    -- The HCCs of chapter O of ICD-10-CM, pregnancy and childbirth.
    select distinct
        model_year,
        cc as hcc
    from {{ ref('cms_dx_to_cc') }}
    where starts_with(icd10, 'O')
),

relatives as (
    -- HCCs of one hierarchy: to have one of them instead of another is a change of severity, not a loss.
    select distinct
        hierarchy.hcc,
        hierarchy.drops_hcc as relative_hcc
    from hierarchy
    inner join runs on hierarchy.model_year = runs.model_year
    union
    select distinct
        hierarchy.drops_hcc as hcc,
        hierarchy.hcc as relative_hcc
    from hierarchy
    inner join runs on hierarchy.model_year = runs.model_year
),

lost_hccs as (
    select
        member_id,
        unnest(string_split(hcc_removed, ' ')) as hcc
    from compared
    where hcc_removed is not null
),

large_moves as (
    select
        member_id,
        'large_move' as anomaly,
        'change' as seen_in,
        null as hcc
    from compared
    where abs(score_diff) > {{ number_var("large_score_move") }}
),

lost_chronic_hccs as (
    select
        lost_hccs.member_id,
        'lost_chronic_hcc' as anomaly,
        'change' as seen_in,
        lost_hccs.hcc
    from lost_hccs
    semi join chronic_hccs on lost_hccs.hcc = chronic_hccs.hcc
    anti join (
        select
            member_hccs.member_id,
            relatives.hcc
        from member_hccs
        inner join relatives on member_hccs.hcc = relatives.relative_hcc
        where member_hccs.side = 'b'
    ) as related
        on
            lost_hccs.member_id = related.member_id
            and lost_hccs.hcc = related.hcc
),

impossible_changes as (
    select
        a.member_id,
        unnest(list_filter(
            [
                if(a.gender != b.gender, 'sex_changed', null),
                -- Age on the last covered day, which lies anywhere in the year, may move by one year more or less.
                if(
                    abs(b.age_last - a.age_last - (b.benefit_year - a.benefit_year))
                    > if(a.age_basis = 'december_31' and b.age_basis = 'december_31', 0, 1),
                    'age_moved_wrongly', null
                ),
            ],
            lambda anomaly: anomaly is not null
        )) as anomaly,
        'change' as seen_in,
        null as hcc
    from members as a
    inner join members as b on a.member_id = b.member_id
    where a.side = 'a' and b.side = 'b'
),

pregnant_men as (
    select
        member_hccs.member_id,
        'pregnancy_of_a_male' as anomaly,
        member_hccs.side as seen_in,
        member_hccs.hcc
    from member_hccs
    semi join pregnancy_hccs
        on
            member_hccs.model_year = pregnancy_hccs.model_year
            and member_hccs.hcc = pregnancy_hccs.hcc
    where member_hccs.gender = 'M'
),

hierarchy_conflicts as (
    select
        member_hccs.member_id,
        'hcc_beside_one_that_drops_it' as anomaly,
        member_hccs.side as seen_in,
        member_hccs.hcc
    from member_hccs
    inner join hierarchy
        on
            member_hccs.model_year = hierarchy.model_year
            and member_hccs.hcc = hierarchy.drops_hcc
    semi join member_hccs as droppers
        on
            member_hccs.side = droppers.side
            and member_hccs.member_id = droppers.member_id
            and hierarchy.hcc = droppers.hcc
),

foreign_hccs as (
    select
        member_hccs.member_id,
        'hcc_outside_its_model' as anomaly,
        member_hccs.side as seen_in,
        member_hccs.hcc
    from member_hccs
    inner join hccs
        on
            member_hccs.model_year = hccs.model_year
            and member_hccs.hcc = hccs.hcc
    where
        not case member_hccs.model
            when 'adult' then hccs.in_adult_model
            when 'child' then hccs.in_child_model
            else hccs.in_infant_model
        end
),

found as (
    select * from large_moves
    union all
    select * from lost_chronic_hccs
    union all
    select * from impossible_changes
    union all
    select * from pregnant_men
    union all
    select * from hierarchy_conflicts
    union all
    select * from foreign_hccs
),

final as (
    select
        compared.batch_id,
        compared.member_id,
        found.anomaly,
        found.seen_in,
        string_agg(distinct found.hcc, ' ' order by found.hcc) as hccs,
        compared.match_status,
        compared.score_a,
        compared.score_b,
        compared.score_diff
    from found
    inner join compared on found.member_id = compared.member_id
    group by all
)

select * from final
