{#- What kind of run the selected models make. A full build holds all kinds; it is then a scoring run. -#}
{% macro analysis_type_of(run_models) %}
    {%- for analysis_type in ["scoring", "comparison", "decomposition"] -%}
        {%- for node in run_models if analysis_type in node.tags -%}
            {{ return(analysis_type) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
