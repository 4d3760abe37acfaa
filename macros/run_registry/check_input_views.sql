{#- claims_view, enrollments_view and members_view, before a run is registered: input_views checks how they are given,
    this that they exist. -#}
{% macro check_input_views() %}
    {%- for name, view in input_views().items() -%}
        {#- Not adapter.get_relation: for a schema that no model lives in it lists relations in a transaction that it
            leaves open, and open_run then cannot begin its own. -#}
        {%- if view | lower not in columns_by_table([view.split(".")[0]]) -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ name ~ " names " ~ view ~ ", which is no table or view of this database. "
                ~ "Create it first, or correct the name."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
