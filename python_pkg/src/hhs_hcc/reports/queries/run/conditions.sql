-- A row is a term of the score that rests on diagnoses or drugs: an HCC, a group of HCCs, a drug class, an interaction.
-- An HCC that counts through a group or an infant term adds nothing itself.
with

members as (
    select
        member_id,
        enrollment_days
    from main_runs.risk_score_members
    where run_id = $run_id
),

totals as (
    select
        count(*) as member_count,
        sum(enrollment_days) as enrollment_days
    from members
),

labels as (
    select
        variable,
        any_value(label) as label
    from main_runs.agg_hcc_prevalence
    where run_id = $run_id
    group by variable
),

terms as (
    select
        components.variable,
        any_value(components.component_type) as component_type,
        bool_and(components.model = 'infant') as is_infant_term,
        min(components.counted_in) filter (where components.model != 'infant') as counted_in,
        count(distinct components.member_id) as member_count,
        sum(components.contribution * members.enrollment_days) as points
    from main_runs.risk_score_components as components
    inner join members on components.member_id = members.member_id
    where
        components.run_id = $run_id
        and components.component_type in ('hcc', 'rxc')
    group by components.variable
),

grouped as (
    select
        counted_in as variable,
        string_agg(variable, ' ' order by variable) as hccs
    from terms
    where counted_in is not null
    group by counted_in
)

select
    terms.variable,
    case
        when labels.label is not null and terms.component_type = 'rxc' then 'drug class'
        when labels.label is not null then 'HCC'
        when grouped.hccs is not null then 'group of HCCs'
        when terms.is_infant_term then 'infant term'
        else 'combination'
    end as kind,
    coalesce(labels.label, grouped.hccs) as label,
    -- Whose contributions add up to a part of the score that the report shows.
    case
        when terms.points = 0 then terms.variable
        when terms.is_infant_term then terms.component_type || ' of infants'
        else terms.component_type
    end as adds_up_to,
    -- Whose members add up to those of a group.
    if(grouped.hccs is null, coalesce(terms.counted_in, terms.variable), 'the group ' || terms.variable) as belongs_to,
    terms.member_count,
    terms.member_count / totals.member_count as prevalence,
    terms.points / totals.enrollment_days as contribution
from terms
cross join totals
left join labels on terms.variable = labels.variable
left join grouped on terms.variable = grouped.variable
order by terms.member_count desc, terms.variable
