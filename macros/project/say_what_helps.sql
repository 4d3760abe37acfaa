{#- on-run-end. What to do where DuckDB has run out of disk or memory: its own words are about settings of DuckDB. Printed, so
    that it is read after a quiet command, too; `hhs-hcc run` passes on what begins with these two words.

    Asks the database nothing, and comes before what does: it may not answer any more. -#}
{% macro say_what_helps(results) %}
    {%- set more_room = (
        "make room on the disk of the database (or on that of temp_directory, where DuckDB puts what does not fit into "
        ~ "memory; it is set in profiles.yml and lies beside the database by default)"
    ) -%}
    {%- set and_then = "; then run this command again. Nothing that was completed before is lost." -%}
    {%- set helps = {
        "No space left on device": more_room ~ and_then,
        "File too large": "let files of this user grow (ulimit -f, quotas), or " ~ more_room ~ and_then,
        "Out of Memory Error": "give DuckDB more memory (RA_MEMORY_LIMIT, in .env) if the machine has it, or "
            ~ more_room ~ and_then,
    } -%}
    {%- set messages = results | map(attribute="message") | select("string") | join("\n") -%}
    {%- for words, help in helps.items() if words in messages -%}
        {{ print("What helps: " ~ help) }}
    {%- endfor -%}
{% endmacro %}
