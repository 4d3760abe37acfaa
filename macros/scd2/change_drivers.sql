{#- The attributes of an entity that its history remembers: a change of any of them makes a new version. Snapshots
    select exactly these, so no attribute of a dimension can change without a version of its own. Names are those of
    staging.

    The order is part of attr_hash. Adding, removing or moving a name changes the hash of every key: the next load then
    makes a new version of each, and until it comes a build refuses to take the last one again. -#}
{% macro change_drivers(entity) %}
    {%- set drivers = {
        "member": [
            "subscriber_id",
            "first_name",
            "last_name",
            "birth_date",
            "gender",
            "age_group",
            "region",
            "fpl_ratio",
            "clinical_segment",
            "broker_id",
            "broker_name",
            "general_agency_id",
            "general_agency_name",
            "is_digitally_engaged",
            "is_care_management_engaged",
            "is_wellness_engaged",
            "high_cost_member",
            "mutually_exclusive_hcc_condition",
            "plan_metal",
            "plan_network_access_type",
            "geographic_reporting",
            "year",
            "state",
            "zip_code",
            "rating_area",
        ],
        "plan": [
            "hios_plan_id",
            "plan_name",
            "metal_level",
            "market",
            "actuarial_value",
            "monthly_premium",
            "deductible",
            "oop_max",
            "coinsurance_rate",
            "pcp_copay",
        ],
        "provider": [
            "npi",
            "provider_name",
            "specialty",
            "street",
            "city",
            "state",
            "zip_code",
            "phone",
        ],
    } -%}
    {%- if entity not in drivers -%}
        {{ exceptions.raise_compiler_error(
            "change_drivers: no history is kept of '" ~ entity ~ "'. Known: " ~ drivers | join(", ") ~ "."
        ) }}
    {%- endif -%}
    {{ return(drivers[entity]) }}
{% endmacro %}
