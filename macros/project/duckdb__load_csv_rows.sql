{#- Overrides dbt-duckdb, which puts the path of the seed's file into SQL as it stands: a checkout in a folder with a quote, or
    with what means something in a glob, could not be seeded. -#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set sql = "copy " ~ this.render() ~ " from " ~ sql_literal(path_pattern(adapter.get_seed_file_path(model)))
        ~ " (format csv, header true, delimiter " ~ sql_literal(config.get("delimiter", ",")) ~ ")" -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}
