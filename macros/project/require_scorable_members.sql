{#- Post-hook of int_aca_risk_input: without members there is nothing to score, and an empty run must not look like a
    finished one. Says what was found on the way, so that the cause (no files, another year, bad plans) shows. -#}
{% macro require_scorable_members() %}
    {#- Before any condition: dbt collects references while parsing. -#}
    {%- set enrollments = enrollments_relation() -%}
    {%- set candidates = ref("int_aca_risk_candidates") -%}
    {%- if works_on_data() and not flags.EMPTY
        and run_query("select 1 from " ~ this ~ " limit 1") | length == 0 -%}
        {%- set years = run_query(
            "select min(year(enrollment_start_date)) || '-' || max(least(year(enrollment_end_date), "
            ~ "greatest(year(enrollment_start_date), year(current_date)))) as years from " ~ enrollments
        ).columns[0].values() | first -%}
        {%- set reasons = run_query(
            "select reject_reason || ' ' || count(distinct member_id) from " ~ candidates
            ~ " group by reject_reason order by count(*) desc, reject_reason"
        ).columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "int_aca_risk_input is empty: no member can be scored for benefit_year " ~ benefit_year() ~ ". "
            ~ "Years of coverage found: " ~ (years or "none") ~ ". "
            ~ "Members left out: " ~ (reasons | join(", ") or "none, because there are none") ~ ". "
            ~ "To read the issuer's files (RA_RAW_PATH, now '" ~ raw_path() ~ "') again, run: "
            ~ "dbt build --select +tag:scoring. For another year add --vars '{benefit_year: YYYY}'."
        ) }}
    {%- endif -%}
{% endmacro %}
