{#- Stops the run if the selection could only write results that belong to no run, or reads tables that are not
    built. -#}
{% macro check_run_selection(run_models, analysis_type) %}
    {%- set teller = "current_run" if analysis_type == "scoring" else "current_batch" -%}
    {%- if teller not in run_models | map(attribute="name") -%}
        {{ exceptions.raise_compiler_error(
            "The selection writes results of a run (" ~ run_models | map(attribute="name") | sort | join(", ")
            ~ ") without the model " ~ teller ~ ", which tells them the run they belong to. Select all that a run builds: "
            ~ "dbt build --select tag:" ~ analysis_type
        ) }}
    {%- endif -%}

    {%- set readers = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model" and node.unique_id in selected_resources and analysis_type in node.tags -%}
        {%- do readers.append(node) -%}
    {%- endfor -%}
    {%- set missing = [] -%}
    {%- for node in nodes_read_by(readers, except_ids=selected_resources) -%}
        {%- if node.config.materialized != "ephemeral" and relation_of(node) is none -%}
            {%- do missing.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing and not invocation_args_dict.get("defer") -%}
        {%- set names = [] -%}
        {%- for node in missing -%}
            {%- do names.append(node.schema ~ "." ~ node.alias) -%}
        {%- endfor -%}
        {%- set only_seeds = missing | rejectattr("resource_type", "equalto", "seed") | list | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "This run reads tables that are not loaded yet: " ~ names | join(", ") ~ ". "
            ~ ("Load them first: dbt seed" if only_seeds
               else "Score first: dbt build --select +tag:scoring" if analysis_type != "scoring"
               else "Build them together with the run: dbt build --select +tag:" ~ analysis_type)
        ) }}
    {%- endif -%}
{% endmacro %}
