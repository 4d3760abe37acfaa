-- The current key of a fact is the newest version of the member, plan or provider that it names.
-- After an incremental run this shows a claim that should have been made anew and was not.
with

members as (
    select
        member_id,
        arg_max(member_sk, validity_start_ts) as newest_sk
    from {{ ref('dim_member') }}
    group by member_id
),

plans as (
    select
        hios_plan_id,
        effective_year,
        arg_max(plan_sk, validity_start_ts) as newest_sk
    from {{ ref('dim_plan') }}
    group by hios_plan_id, effective_year
),

providers as (
    select
        provider_id,
        arg_max(provider_sk, validity_start_ts) as newest_sk
    from {{ ref('dim_provider') }}
    group by provider_id
)

{%- for fact in ["fct_claim_line", "fct_claim"] %}
{{ "union all" if not loop.first }}
select
    '{{ fact }}' as fact,
    count(*) filter (where facts.member_current_sk != coalesce(members.newest_sk, -1)) as other_members,
    count(*) filter (where facts.plan_current_sk != coalesce(plans.newest_sk, -1)) as other_plans,
    count(*) filter (where facts.provider_current_sk != coalesce(providers.newest_sk, -1)) as other_providers
from {{ ref(fact) }} as facts
left join members
    on facts.member_id = members.member_id
left join plans
    on
        facts.hios_plan_id = plans.hios_plan_id
        and year(facts.service_date) = plans.effective_year
left join providers
    on facts.provider_id = providers.provider_id
having other_members + other_plans + other_providers > 0
{%- endfor %}
