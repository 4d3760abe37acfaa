{#- Whether this command works on data. Parsing, compiling, linting and documenting must do without the issuer's files
    and without tables: they see queries of the right shape. -#}
{% macro works_on_data() %}
    {{ return(execute and flags.WHICH in ["run", "build"]) }}
{% endmacro %}
