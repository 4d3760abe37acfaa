{#- The relations that replace the staged claims, enrollments and members, by var; empty when the staged ones are read.
    All three or none: claims of one source against the coverage of another would score nobody's year. Names are
    checked against a pattern because they go into queries as they are. -#}
{% macro input_views() %}
    {%- set views = {} -%}
    {%- set absent = [] -%}
    {%- for name in ["claims_view", "enrollments_view", "members_view"] -%}
        {%- set view = var(name, none) -%}
        {%- if view is none -%}
            {%- do absent.append(name) -%}
        {%- elif modules.re.match("^[A-Za-z_][A-Za-z0-9_]*[.][A-Za-z_][A-Za-z0-9_]*$", view | string) -%}
            {%- do views.update({name: view}) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ name ~ " is '" ~ view ~ "', which is no relation name. Give schema.name, made of "
                ~ "letters, digits and underscores."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if views and absent -%}
        {{ exceptions.raise_compiler_error(
            "Set: " ~ views.keys() | join(", ") ~ "; not set: " ~ absent | join(", ") ~ ". Set all three of claims_view, "
            ~ "enrollments_view and members_view, or none of them to read the staged files."
        ) }}
    {%- endif -%}
    {{ return(views) }}
{% endmacro %}
