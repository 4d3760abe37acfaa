{#- What was selected, as on the command line: "--select tag:scoring --exclude int_member_rx". -#}
{% macro selection_text() %}
    {%- set parts = [] -%}
    {%- for option in ["select", "exclude"] if invocation_args_dict.get(option) -%}
        {%- do parts.append("--" ~ option ~ " " ~ invocation_args_dict[option] | join(" ")) -%}
    {%- endfor -%}
    {%- if invocation_args_dict.get("selector") -%}
        {%- do parts.append("--selector " ~ invocation_args_dict["selector"]) -%}
    {%- endif -%}
    {{ return(parts | join(" ")) }}
{% endmacro %}
