{#- The claims that a fact table makes anew in an incremental run: a temporary table, filled by its pre-hook
    take_out_claims_to_refresh. Each fact table has its own, so that it can be built alone and mends itself after a run
    in which another one failed. -#}
{% macro claims_to_refresh() -%}
    {{ this.identifier }}__claims_to_refresh
{%- endmacro %}
