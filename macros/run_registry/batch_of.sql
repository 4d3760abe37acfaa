{#- What a comparison or decomposition run works on: `runs`, the scoring runs that it reads, in order (scenario_name, role,
    run_id, run_label), and `vars`, those that this has resolved. role is `from` for run a and the baseline, `to` for run
    b and the actual: the change that is explained goes from the one to the other. -#}
{% macro batch_of(analysis_type) %}
    {%- set labels = {} -%}
    {%- if analysis_type == "comparison" -%}
        {%- set where = "" -%}
        {%- set specification = none -%}
        {%- set roles = {"run_id_a": "from", "run_id_b": "to"} -%}
        {%- for name in roles -%}
            {%- do labels.update({name: run_var(name)}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set where = "decomposition.scenarios." -%}
        {%- set specification = decomposition_specification() -%}
        {%- set roles = {specification.analysis.baseline: "from", specification.analysis.actual: "to"} -%}
        {%- do labels.update(specification.scenarios) -%}
    {%- endif -%}

    {%- set runs = [] -%}
    {%- for name, label in labels.items() -%}
        {%- do runs.append({
            "scenario_name": name | replace("run_id_", "") if analysis_type == "comparison" else name,
            "role": roles.get(name),
            "run_id": resolve_scoring_run(label, where ~ name),
            "run_label": label,
        }) -%}
    {%- endfor -%}

    {%- set ends = {} -%}
    {%- for run in runs if run.role -%}
        {%- do ends.update({run.role: run.run_id}) -%}
    {%- endfor -%}
    {%- if ends["from"] == ends["to"] -%}
        {{ exceptions.raise_compiler_error(
            (roles.keys() | join(" and ")) ~ " are the same run, " ~ ends["from"] ~ ": there is no change to explain. "
            ~ "Give two runs."
        ) }}
    {%- endif -%}
    {%- set resolved = {"decomposition": specification} if specification
        else {"run_id_a": ends["from"], "run_id_b": ends["to"]} -%}
    {{ return({"runs": runs, "vars": resolved}) }}
{% endmacro %}
