{#- The share of claims that the audit drops, {claim type: number from 0 to 1}; none when no audit is drawn. All types must
    be named: one left out would be kept whole, or by some default, without anybody having said so. -#}
{% macro radv_drop_rates() %}
    {%- if radv_seed() is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set rates = var("radv_drop_rates", none) -%}
    {%- set claim_types = ["institutional", "professional", "pharmacy"] -%}
    {%- set example = "Give a share from 0 to 1 for each claim type, e.g. "
        ~ "{institutional: 0.02, professional: 0.05, pharmacy: 0.01}." -%}
    {%- if rates is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "The var radv_drop_rates is " ~ ("not given" if rates is none else "'" ~ rates ~ "'")
            ~ ", and radv_seed is. " ~ example
        ) }}
    {%- endif -%}
    {%- if rates.keys() | sort != claim_types | sort -%}
        {{ exceptions.raise_compiler_error(
            "The var radv_drop_rates names " ~ (rates.keys() | join(", ") or "no claim type") ~ ". " ~ example
        ) }}
    {%- endif -%}
    {%- for claim_type, rate in rates.items() if rate is not number or rate is boolean or not 0 <= rate <= 1 -%}
        {{ exceptions.raise_compiler_error(
            "The var radv_drop_rates is '" ~ rate ~ "' for " ~ claim_type ~ ". " ~ example
        ) }}
    {%- endfor -%}
    {{ return(rates) }}
{% endmacro %}
