{#- What a scoring run with these vars would be made of, printed as one line of JSON: `vars` (every var with its value) and
    the hashes with which the registry remembers a run. Equal ones mean equal scores.

        dbt run-operation fingerprints --vars '{diy_model_year: 2024, benefit_year: 2025}'

    Vars that cannot be used, a model year that is not loaded and tables that are not built are errors, as they are for
    the run itself. -#}
{% macro fingerprints() %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {#- A leftover of a killed process would look like a run in progress. -#}
    {%- do reap_runs() -%}
    {%- do check_run_vars() -%}
    {%- do check_analysis_vars("scoring") -%}

    {%- set scoring_models = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and "scoring" in node.tags -%}
        {%- do scoring_models.append(node) -%}
    {%- endfor -%}
    {%- set missing = [] -%}
    {%- for node in nodes_read_by(scoring_models, except_ids=scoring_models | map(attribute="unique_id") | list) -%}
        {%- if node.config.materialized != "ephemeral" and relation_of(node) is none -%}
            {%- do missing.append(node.schema ~ "." ~ node.alias) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "A scoring run reads tables that are not loaded yet: " ~ missing | join(", ")
            ~ ". Load the issuer's files and the CMS tables first: dbt build --select +tag:scoring"
        ) }}
    {%- endif -%}

    {%- set year = model_year() -%}
    {%- do describe_model_year(year) -%}
    {%- set tools = run_query("select package_hash() as package_hash, cast(tool_versions() as json) ->> 'duckdb' as duckdb_version").rows[0] -%}
    {%- do print(tojson({
        "vars": json_value(resolved_run_vars()),
        "input_fingerprint": input_fingerprint(),
        "cms_tables_hash": cms_tables_hash(year),
        "package_hash": tools["package_hash"],
        "duckdb_version": tools["duckdb_version"],
    })) -%}
{% endmacro %}
