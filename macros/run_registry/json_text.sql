{#- A mapping as JSON text with sorted keys. YAML turns 2025-03-31 into a date, which JSON does not know: it becomes
    text again. -#}
{% macro json_text(mapping) %}
    {%- set storable = {} -%}
    {%- for key, value in mapping.items() -%}
        {%- set is_json = value is none or value is boolean or value is number or value is string
            or value is mapping or value is sequence -%}
        {%- do storable.update({key: value if is_json else value | string}) -%}
    {%- endfor -%}
    {{ return(tojson(storable, default=storable | string, sort_keys=true)) }}
{% endmacro %}
