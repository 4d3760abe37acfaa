{#- " Did you mean sequential?" for a word that is close to one of the known ones, else nothing. -#}
{% macro did_you_mean(word, known) %}
    {%- set candidates = [] -%}
    {%- for name in known -%}
        {%- do candidates.append("(" ~ sql_literal(name | string) ~ ")") -%}
    {%- endfor -%}
    {%- if not execute or not candidates -%}
        {{ return("") }}
    {%- endif -%}
    {%- set closest = run_query(
        "select name from (values " ~ candidates | join(", ") ~ ") as known(name)"
        ~ " where jaro_winkler_similarity(lower(name), lower(" ~ sql_literal(word | string) ~ ")) >= 0.85"
        ~ " order by jaro_winkler_similarity(lower(name), lower(" ~ sql_literal(word | string) ~ ")) desc, name limit 1"
    ).columns[0].values() -%}
    {{ return(" Did you mean " ~ closest[0] ~ "?" if closest else "") }}
{% endmacro %}
