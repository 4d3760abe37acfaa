{#- claims_view, enrollments_view and members_view: all three or none, plain names, and the relations exist. Members of
    one source scored with the claims of another would be wrong without a trace. -#}
{% macro check_input_views() %}
    {%- set names = ["claims_view", "enrollments_view", "members_view"] -%}
    {%- set given = [] -%}
    {%- for name in names if run_var(name) is not none -%}
        {%- do given.append(name) -%}
    {%- endfor -%}
    {%- if given and given != names -%}
        {{ exceptions.raise_compiler_error(
            "Of the vars claims_view, enrollments_view and members_view only " ~ given | join(" and ")
            ~ (" is" if given | length == 1 else " are") ~ " set. Set all three, or none to score the staged files."
        ) }}
    {%- endif -%}
    {%- for name in given -%}
        {%- set relation_name = run_var(name) | string -%}
        {%- if not modules.re.match("^[A-Za-z_][A-Za-z0-9_]*[.][A-Za-z_][A-Za-z0-9_]*$", relation_name) -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ name ~ " is '" ~ relation_name ~ "'. Give a relation as schema.name: letters, digits and "
                ~ "underscores only."
            ) }}
        {%- endif -%}
        {%- set schema_name, identifier = relation_name.split(".") -%}
        {%- set relation = adapter.get_relation(
            database=target.database, schema=schema_name, identifier=identifier
        ) -%}
        {%- if relation is none -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ name ~ " names " ~ relation_name ~ ", which is no table or view of this database. "
                ~ "Create it first, or correct the name."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
