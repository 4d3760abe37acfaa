{#- Pre-hook of fct_claim_line and fct_claim. An incremental run must leave the table as a full one would: the claims
    whose rows may have changed are taken out here, and the model adds them as they are now, in the same transaction. A
    claim that no load in force holds any more is not added again.

    Which claims: (1) those of the loads that the table has not taken, and every claim when one of these loads is full;
    (2) those for which a dimension has a newer version than the row says, which is read off the rows themselves, so
    that a dimension may be rebuilt on its own (a version that only ends changes no key: its days stay with it);
    (3) those that replace or are replaced by any of these, along the whole chain, because whether a claim is in force
    depends on the others. (3) looks at every copy of a line: a superseded one may be why a claim was out of force. -#}
{% macro take_out_claims_to_refresh() %}
    {%- if is_incremental() and works_on_data() -%}
    {%- set pending = pending_loads(this.identifier) | map(attribute="load_id") | join(", ") or "null" %}
create or replace temporary table {{ claims_to_refresh() }} as

with recursive

members as (
    {{ versions_by_day(ref('dim_member'), "member_sk", ["member_id"]) }}
),

plans as (
    {{ versions_by_day(ref('dim_plan'), "plan_sk", ["hios_plan_id", "effective_year"]) }}
),

providers as (
    {{ versions_by_day(ref('dim_provider'), "provider_sk", ["provider_id"]) }}
),

claims as not materialized (
    select * from {{ ref('stg_issuer__claims') }}
),

changed_claims as (
    select claim_id from claims
    where load_id in ({{ pending }})
    union
    select claim_id from {{ this }}
    where exists (
        select * from {{ ref('stg_issuer__loads') }}
        where
            load_id in ({{ pending }})
            and source_table = 'raw_claims'
            and claims_mode = 'full'
    )
    union
    select facts.claim_id
    from {{ this }} as facts
    inner join members
        on
            facts.member_id = members.member_id
            and members.valid_until_date = date 'infinity'
    where facts.member_current_sk != members.current_sk
    union
    select facts.claim_id
    from {{ this }} as facts
    inner join plans
        on
            facts.hios_plan_id = plans.hios_plan_id
            and year(facts.service_date) = plans.effective_year
            and plans.valid_until_date = date 'infinity'
    where facts.plan_current_sk != plans.current_sk
    union
    select facts.claim_id
    from {{ this }} as facts
    inner join providers
        on
            facts.provider_id = providers.provider_id
            and providers.valid_until_date = date 'infinity'
    where facts.provider_current_sk != providers.current_sk
),

replacements as (
    select distinct
        claim_id,
        replaces_claim_id
    from claims
    where replaces_claim_id != claim_id
),

neighbours as (
    select
        claim_id,
        replaces_claim_id as neighbour_id
    from replacements
    union
    select
        replaces_claim_id as claim_id,
        claim_id as neighbour_id
    from replacements
),

chained_claims as (
    select neighbours.neighbour_id as claim_id
    from neighbours
    semi join changed_claims
        on neighbours.claim_id = changed_claims.claim_id
    union
    select neighbours.neighbour_id as claim_id
    from chained_claims
    inner join neighbours
        on chained_claims.claim_id = neighbours.claim_id
)

select claim_id from changed_claims
union
select claim_id from chained_claims;

delete from {{ this }}
where claim_id in (select claim_id from {{ claims_to_refresh() }})
    {%- endif -%}
{% endmacro %}
