{#- What the folder of the delivery holds, as the dictionary of hhs_hcc.deliveries.Delivery; stops if it cannot be
    used. -#}
{% macro delivery_at(folder) %}
    {%- if var("load_claims") not in [none, "full", "changes"] -%}
        {{ exceptions.raise_compiler_error(
            "The var load_claims is '" ~ var("load_claims") ~ "'. Accepted: full (the claims of the delivery replace all "
            ~ "earlier ones), changes (they are added), or null: what delivery.json says, else full."
        ) }}
    {%- endif -%}
    {%- set found = run_query(
        "select describe_delivery(" ~ sql_literal(folder) ~ ", " ~ sql_literal(var("load_timestamp") or "") ~ ", "
        ~ sql_literal(var("load_claims") or "") ~ ") as delivery"
    ) -%}
    {%- set delivery = fromjson(found.columns[0].values() | first) -%}
    {%- if delivery.error is defined -%}
        {{ exceptions.raise_compiler_error(delivery.error) }}
    {%- endif -%}
    {{ return(delivery) }}
{% endmacro %}
