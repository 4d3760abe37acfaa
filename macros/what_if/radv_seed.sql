{#- Which replicate of the audit is drawn; none when no audit is. -#}
{% macro radv_seed() %}
    {%- set seed = var("radv_seed", none) -%}
    {%- if seed is not none and (seed is boolean or not modules.re.match("^[0-9]{1,9}$", seed | string)) -%}
        {{ exceptions.raise_compiler_error(
            "The var radv_seed is '" ~ seed ~ "'. Give an integer from 0 to 999999999, another for each replicate, or null "
            ~ "for no audit."
        ) }}
    {%- endif -%}
    {{ return(seed) }}
{% endmacro %}
