{#- Whether a delivery has to be loaded. The same bytes are not loaded twice, unless somebody says that an earlier state
    has come back: the bytes of an earlier load under a stated, later time. -#}
{% macro is_new_delivery(delivery, loaded) %}
    {%- for load in loaded if load["content_hash"] == delivery.content_hash -%}
        {%- if loop.last -%}
            {%- set newest = loaded | last -%}
            {%- if load["load_id"] != newest["load_id"]
                and delivery.has_stated_timestamp and delivery.load_timestamp > newest["made_at"] -%}
                {{ return(true) }}
            {%- endif -%}
            {{ print(
                "The delivery in " ~ delivery.folder ~ " holds the bytes of load " ~ load["load_id"] ~ " ("
                ~ load["made_at"][:19] ~ "): skipped, nothing to load"
            ) }}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{% endmacro %}
