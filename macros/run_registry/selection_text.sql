{#- What was selected, as on the command line: "--select tag:scoring --exclude int_member_rx". -#}
{% macro selection_text() %}
    {%- set parts = [] -%}
    {%- for option in ["select", "exclude", "resource_types", "exclude_resource_types"]
        if invocation_args_dict.get(option) -%}
        {%- set name = option | replace("_", "-") | replace("-types", "-type") -%}
        {%- do parts.append("--" ~ name ~ " " ~ invocation_args_dict[option] | join(" ")) -%}
    {%- endfor -%}
    {%- if invocation_args_dict.get("selector") -%}
        {%- do parts.append("--selector " ~ invocation_args_dict["selector"]) -%}
    {%- endif -%}
    {{ return(parts | join(" ")) }}
{% endmacro %}
