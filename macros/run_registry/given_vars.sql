{#- The vars of the command line, exactly as given. var() would evaluate Jinja inside them; a description that quotes
    Jinja must be stored, not run. -#}
{% macro given_vars() %}
    {{ return(invocation_args_dict.get("vars") or {}) }}
{% endmacro %}
