{#- A value of the specification that must be one of a few, or its default where it is not given; any other is added to
    problems. -#}
{% macro specification_choice(problems, path, value, accepted, default) %}
    {%- if value is none -%}
        {{ return(default) }}
    {%- elif (value is boolean) != (accepted[0] is boolean) or value not in accepted -%}
        {%- do problems.append(
            path ~ ": " ~ tojson(value) | replace('"', "") ~ ". Accepted: "
            ~ tojson(accepted)[1:-1] | replace('"', "") ~ "." ~ did_you_mean(value, accepted)
        ) -%}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}
