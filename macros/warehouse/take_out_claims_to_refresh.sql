{#- Pre-hook of fct_claim_line and fct_claim. An incremental run must leave the table as a full one would: the claims
    whose rows may have changed are taken out here, and the model adds them as they are now, in the same transaction. A
    claim that no load in force holds any more is not added again.

    Which claims: (1) those of the loads that the table has not taken, and every claim when one of these loads is full;
    (2) those whose member, plan or provider is known now and was not, or has a newer version that holds on their day of
    service already; (3) those that replace or are replaced by any of these, along the whole chain, because whether a
    claim is in force depends on the others. (3) looks at every copy of a line: a superseded one may be why a claim was
    out of force.

    Most facts of a key that got a new version keep their version of the service date, since history grows at its end:
    only their current key is brought forward. Both are read off the rows themselves, so that a dimension may be rebuilt
    on its own. -#}
{% macro take_out_claims_to_refresh() %}
    {%- if is_incremental() and works_on_data() -%}
    {%- set pending = pending_loads(this.identifier) | map(attribute="load_id") | join(", ") or "null" -%}
    {#- Relation, and how facts find its natural key. -#}
    {%- set dimensions = {
        "member": [ref("dim_member"), {"member_id": "facts.member_id"}],
        "plan": [ref("dim_plan"), {
            "hios_plan_id": "facts.hios_plan_id", "effective_year": "year(facts.service_date)"
        }],
        "provider": [ref("dim_provider"), {"provider_id": "facts.provider_id"}],
    } %}
create or replace temporary table {{ claims_to_refresh() }} as

with recursive

    {%- for dimension, (versions, key) in dimensions.items() %}
{{ dimension }}s as (
    {{ versions_by_day(versions, dimension ~ "_sk", key | list) }}
),

    {%- endfor %}
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
    {%- for dimension, (versions, key) in dimensions.items() %}
    union
    select facts.claim_id
    from {{ this }} as facts
    inner join {{ dimension }}s as outdated
        on facts.{{ dimension }}_current_sk = outdated.{{ dimension }}_sk
    where
        outdated.{{ dimension }}_sk != outdated.current_sk
        and facts.service_date >= outdated.valid_until_date
    union
    select facts.claim_id
    from {{ this }} as facts
    semi join {{ dimension }}s as versions
        on
            {%- for column, expression in key.items() %}
            {{ "and " if not loop.first }}{{ expression }} = versions.{{ column }}
            {%- endfor %}
    where facts.{{ dimension }}_current_sk = -1
    {%- endfor %}
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
where claim_id in (select claim_id from {{ claims_to_refresh() }});

    {%- for dimension, (versions, key) in dimensions.items() %}
update {{ this }}
set {{ dimension }}_current_sk = outdated.current_sk
from ({{ versions_by_day(versions, dimension ~ "_sk", key | list) }}) as outdated
where
    {{ this.identifier }}.{{ dimension }}_current_sk = outdated.{{ dimension }}_sk
    and outdated.{{ dimension }}_sk != outdated.current_sk;
    {%- endfor %}
    {%- endif -%}
{% endmacro %}
