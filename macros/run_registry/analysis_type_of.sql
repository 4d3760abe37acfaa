{#- What kind of run the selected models make. A full build holds all kinds; it is then a scoring run, and the models of
    the others add nothing. Comparison and decomposition without scoring are two runs: open_run then registers none and
    they add nothing, but vars that ask for one of them are refused. Models with the tags of two kinds serve both and do
    not decide; where only such models are selected, the vars do. -#}
{% macro analysis_type_of(run_models) %}
    {%- set kinds = ["scoring", "comparison", "decomposition"] -%}
    {%- set found = [] -%}
    {%- for node in run_models -%}
        {%- set kinds_of_node = kinds | select("in", node.tags) | list -%}
        {%- if kinds_of_node | length == 1 -%}
            {%- do found.append(kinds_of_node[0]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if "scoring" in found -%}
        {{ return("scoring") }}
    {%- elif run_models and not found and run_var("decomposition") is not none -%}
        {{ return("decomposition") }}
    {%- elif run_models and not found and run_var("run_id_a") is not none -%}
        {{ return("comparison") }}
    {%- endif -%}
    {{ return(found[0] if found | unique | list | length == 1 else none) }}
{% endmacro %}
