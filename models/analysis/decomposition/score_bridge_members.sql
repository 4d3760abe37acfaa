{{ config(tags=["comparison", "decomposition"]) }}

-- Grain: batch_id, member_id, driver, variable: why the score of a member moved between the two runs.
-- The impacts of a member add up to the difference of the stored scores, exactly. A row that would be zero is left out.
-- A variable that is on in one run only counts with all that it adds there, under the driver that switched it.

with

batch as (
    select
        current_batch.batch_id,
        current_batch.run_id_a,
        current_batch.run_id_b,
        run_a.model_year as model_year_a,
        run_b.model_year as model_year_b
    from {{ ref('current_batch') }} as current_batch
    inner join {{ source('runs', 'run_registry') }} as run_a
        on current_batch.run_id_a = run_a.run_id
    inner join {{ source('runs', 'run_registry') }} as run_b
        on current_batch.run_id_b = run_b.run_id
),

members_a as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select run_id_a from batch)
),

members_b as (
    select * from {{ ref('risk_score_members') }}
    where run_id = (select run_id_b from batch)
),

lines as (
    select * exclude (batch_id) from {{ ref('score_bridge_lines') }}
),

terms as (
    select * from {{ ref('score_bridge_terms') }}
),

hccs as (
    select distinct hcc from {{ ref('cms_hcc') }}
),

hierarchy as (
    select distinct
        hcc,
        drops_hcc
    from {{ ref('cms_hcc_hierarchy') }}
    where model_year in (select unnest([model_year_a, model_year_b]) from batch)
),

relatives as (
    select
        hcc,
        drops_hcc as related_hcc
    from hierarchy
    union all
    select
        drops_hcc as hcc,
        hcc as related_hcc
    from hierarchy
),

lost_hccs as (
    select
        lines.member_id,
        lines.variable as hcc
    from lines
    semi join hccs on lines.variable = hccs.hcc
    where lines.contribution_b is null
),

gained_hccs as (
    select
        lines.member_id,
        lines.variable as hcc
    from lines
    semi join hccs on lines.variable = hccs.hcc
    where lines.contribution_a is null
),

moves as (
    -- One HCC went and a relative of its hierarchy came: the condition stayed, its severity changed.
    select
        lost_hccs.member_id,
        lost_hccs.hcc as lost_hcc,
        gained_hccs.hcc as gained_hcc
    from lost_hccs
    inner join relatives on lost_hccs.hcc = relatives.hcc
    inner join gained_hccs
        on lost_hccs.member_id = gained_hccs.member_id and relatives.related_hcc = gained_hccs.hcc
),

moved_hccs as (
    select distinct
        member_id,
        unnest([lost_hcc, gained_hcc]) as hcc
    from moves
),

hccs_of_groups as (
    -- Of groups that are on in one run: the HCCs that count through them there.
    select
        member_id,
        counted_in_a as variable,
        variable as hcc,
        contribution_b is not null as is_kept
    from lines
    where counted_in_a is not null and counted_in_a is distinct from counted_in_b
    union all
    select
        member_id,
        counted_in_b as variable,
        variable as hcc,
        contribution_a is not null as is_kept
    from lines
    where counted_in_b is not null and counted_in_b is distinct from counted_in_a
),

groups as (
    select
        hccs_of_groups.member_id,
        hccs_of_groups.variable,
        bool_and(hccs_of_groups.is_kept) as is_kept,
        bool_or(moved_hccs.hcc is not null) as is_moved
    from hccs_of_groups
    left join moved_hccs
        on hccs_of_groups.member_id = moved_hccs.member_id and hccs_of_groups.hcc = moved_hccs.hcc
    group by all
),

infant_terms as (
    select distinct
        variable,
        severity_term
    from terms
    where severity_term is not null
),

infants_of_equal_severity as (
    -- An infant has one term in either run. Where both are of one severity, it is age or maturity that differs.
    select lines.member_id
    from lines
    inner join infant_terms on lines.variable = infant_terms.variable
    where
        lines.contribution_a is null
        or lines.contribution_b is null
    group by lines.member_id
    having count(*) = 2 and count(distinct infant_terms.severity_term) = 1
),

matched_members as (
    select
        members_a.member_id,
        members_a.model as model_a,
        members_b.model as model_b,
        members_a.enrollment_months != members_b.enrollment_months as is_other_duration
    from members_a
    inner join members_b on members_a.member_id = members_b.member_id
),

switched as (
    -- Seen from the run that has the variable ("own") and from the other one.
    select
        lines.member_id,
        lines.variable,
        lines.contribution_a,
        lines.contribution_b,
        coalesce(lines.contribution_b, -lines.contribution_a) as impact,
        matched_members.is_other_duration,
        matched_members.model_a,
        matched_members.model_b,
        if(lines.contribution_b is null, batch.model_year_a, batch.model_year_b) as own_year,
        if(lines.contribution_b is null, matched_members.model_a, matched_members.model_b) as own_model,
        if(lines.contribution_b is null, batch.model_year_b, batch.model_year_a) as other_year,
        if(lines.contribution_b is null, matched_members.model_b, matched_members.model_a) as other_model
    from lines
    cross join batch
    inner join matched_members on lines.member_id = matched_members.member_id
    where
        (lines.contribution_a is null or lines.contribution_b is null)
        and coalesce(lines.contribution_b, lines.contribution_a) != 0
),

explained as (
    select
        switched.*,
        own_terms.kind,
        other_terms.kind is not null as is_known_to_other,
        coalesce(groups.is_kept, false) as is_group_kept,
        coalesce(groups.is_moved, moved_hccs.hcc is not null) as is_moved
    from switched
    left join terms as own_terms
        on
            switched.own_year = own_terms.model_year
            and switched.own_model = own_terms.model
            and switched.variable = own_terms.variable
    left join terms as other_terms
        on
            switched.other_year = other_terms.model_year
            and switched.other_model = other_terms.model
            and switched.variable = other_terms.variable
    left join groups
        on switched.member_id = groups.member_id and switched.variable = groups.variable
    left join moved_hccs
        on switched.member_id = moved_hccs.member_id and switched.variable = moved_hccs.hcc
),

classified as (
    select
        explained.member_id,
        case
            when explained.kind = 'age_sex' then 'demographics'
            -- The same HCCs on both sides, or a term that the other run does not have: not the member's doing.
            when explained.is_group_kept or (explained.kind not in ('hcc', 'group') and not explained.is_known_to_other)
                then if(explained.model_a = explained.model_b, 'coefficient_change', 'demographics')
            when explained.is_moved then 'hcc_severity'
            when explained.kind in ('hcc', 'group') then 'hcc_incidence'
            when explained.kind = 'rxc' then 'rxc'
            when infants_of_equal_severity.member_id is not null then 'demographics'
            when explained.kind = 'infant_severity' then 'hcc_severity'
            when explained.kind = 'duration' and explained.is_other_duration then 'duration'
            when explained.kind in ('interaction', 'duration') then 'interactions_and_counts'
        end as driver,
        explained.variable,
        explained.contribution_a,
        explained.contribution_b,
        cast(explained.impact as decimal(18, 10)) as impact
    from explained
    left join infants_of_equal_severity
        on explained.member_id = infants_of_equal_severity.member_id
),

repriced as (
    select
        member_id,
        unnest(['coefficient_change', 'csr_factor_change', 'demographics', 'metal_csr_mix', 'rounding']) as driver,
        variable,
        contribution_a,
        contribution_b,
        unnest([coefficient_change, csr_factor_change, model_change, plan_change, rounding]) as impact
    from lines
    where
        contribution_a is not null
        and contribution_b is not null
),

came_and_went as (
    select
        coalesce(members_a.member_id, members_b.member_id) as member_id,
        if(members_b.member_id is null, 'lost_members', 'new_members') as driver,
        cast(null as varchar) as variable,
        members_a.risk_score as contribution_a,
        members_b.risk_score as contribution_b,
        cast(coalesce(members_b.risk_score, -members_a.risk_score) as decimal(18, 10)) as impact
    from members_a
    full outer join members_b on members_a.member_id = members_b.member_id
    where members_a.member_id is null or members_b.member_id is null
),

impacts as (
    select * from classified
    union all
    select * from repriced
    where impact != 0
    union all
    -- Even with a score of zero: they change how many share the sum.
    select * from came_and_went
),

final as (
    select
        batch.batch_id,
        impacts.member_id,
        impacts.driver,
        impacts.variable,
        impacts.contribution_a,
        impacts.contribution_b,
        impacts.impact
    from impacts
    cross join batch
)

select * from final
