{#- Adds to problems what is wrong with the keys of a mapping of the specification: an unknown one would be ignored in
    silence, and the default used instead of what was meant. -#}
{% macro check_specification_keys(problems, path, given, required, optional=[]) %}
    {%- if given is not mapping -%}
        {%- do problems.append(path ~ ": is no mapping. Give the keys " ~ required | join(", ") ~ ".") -%}
    {%- else -%}
        {%- set known = required + optional -%}
        {%- for key in given if key not in known -%}
            {%- do problems.append(
                path ~ "." ~ key ~ ": no such key. Known: " ~ known | join(", ") ~ "." ~ did_you_mean(key, known)
            ) -%}
        {%- endfor -%}
        {%- for key in required if given.get(key) is none -%}
            {%- do problems.append(path ~ "." ~ key ~ ": is not given.") -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
