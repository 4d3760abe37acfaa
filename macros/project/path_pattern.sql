{#- A path as DuckDB's readers take it: characters that mean something in a glob stand for themselves. -#}
{% macro path_pattern(path) -%}
    {{ return(modules.re.sub("([\\[*?])", "[\\1]", path)) }}
{%- endmacro %}
