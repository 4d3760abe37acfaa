{#- A mapping as JSON text with sorted keys. -#}
{% macro json_text(mapping) %}
    {{ return(tojson(json_value(mapping), sort_keys=true)) }}
{% endmacro %}
