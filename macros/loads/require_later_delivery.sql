{#- Stops if a load has the time of the delivery already, or a later one. History is written forwards: two states of one
    moment, or an older state after a newer one, have no place in it. -#}
{% macro require_later_delivery(delivery, loaded) %}
    {%- set how_to_date = (
        "Its time comes from " ~ ("delivery.json or the var load_timestamp" if delivery.has_stated_timestamp
        else "when its files were last modified") ~ "; the var load_timestamp overrides it."
    ) -%}
    {%- for load in loaded -%}
        {%- if load["made_at"] == delivery.load_timestamp -%}
            {{ exceptions.raise_compiler_error(
                "The delivery in '" ~ delivery.folder ~ "' is of " ~ delivery.load_timestamp[:19] ~ ", as load "
                ~ load["load_id"] ~ " is, and holds other bytes. Two states of one moment cannot both be history. "
                ~ how_to_date
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if loaded and not var("allow_older_load") and delivery.load_timestamp < (loaded | last)["made_at"] -%}
        {%- set newest = loaded | last -%}
        {{ exceptions.raise_compiler_error(
            "The delivery in '" ~ delivery.folder ~ "' is of " ~ delivery.load_timestamp[:19] ~ ", and load "
            ~ newest["load_id"] ~ " of " ~ newest["made_at"][:19] ~ " is newer. " ~ how_to_date ~ " To add its claims "
            ~ "all the same, where nothing newer says otherwise, pass allow_older_load: true; its members, plans and "
            ~ "providers will not change history."
        ) }}
    {%- endif -%}
{% endmacro %}
