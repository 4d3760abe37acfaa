{#- The folder of the delivery: the var load_dir, else RA_RAW_PATH, whose one default is here. -#}
{% macro raw_path() %}
    {{ return((var("load_dir") or env_var("RA_RAW_PATH", "data/raw")) | string | replace("\\", "/")) }}
{% endmacro %}
