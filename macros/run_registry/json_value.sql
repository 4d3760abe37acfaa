{#- A value as JSON can hold it, at every depth. YAML turns 2025-03-31 into a date, which JSON does not know: it becomes text
    again. -#}
{% macro json_value(value) %}
    {%- if value is mapping -%}
        {%- set fields = {} -%}
        {%- for key, field in value.items() -%}
            {%- do fields.update({key | string: json_value(field)}) -%}
        {%- endfor -%}
        {{ return(fields) }}
    {%- elif value is none or value is boolean or value is number or value is string -%}
        {{ return(value) }}
    {%- elif value is sequence -%}
        {%- set items = [] -%}
        {%- for item in value -%}
            {%- do items.append(json_value(item)) -%}
        {%- endfor -%}
        {{ return(items) }}
    {%- endif -%}
    {{ return(value | string) }}
{% endmacro %}
