{#- The folder of the issuer's files; its one default is here. -#}
{% macro raw_path() %}
    {{ return(env_var("RA_RAW_PATH", "data/raw") | replace("\\", "/")) }}
{% endmacro %}
