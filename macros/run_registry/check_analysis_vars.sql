{#- Vars that belong to another kind of run than the one selected would be ignored in silence; they stop it instead. -#}
{% macro check_analysis_vars(analysis_type) %}
    {%- for name, kind in {
        "run_id_a": "comparison", "run_id_b": "comparison", "decomposition": "decomposition"
    }.items() if kind != analysis_type and run_var(name) is not none -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " belongs to a " ~ kind ~ ", and the selection makes "
            ~ ("a " ~ analysis_type ~ " run" if analysis_type else "no run or several")
            ~ ". Select dbt build --select tag:" ~ kind ~ ", or leave the var out."
        ) }}
    {%- endfor -%}
    {%- if analysis_type == "decomposition" and run_var("decomposition") is none -%}
        {{ exceptions.raise_compiler_error(
            "The var decomposition is not given: it holds the specification. Take one of scenarios/decomposition, "
            ~ "for example dbt build --select tag:decomposition --vars \"$(cat scenarios/decomposition/yoy_2024_2025.yml)\""
        ) }}
    {%- endif -%}
{% endmacro %}
