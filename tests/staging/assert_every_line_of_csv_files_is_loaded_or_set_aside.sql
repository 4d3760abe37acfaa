-- Every line of the CSV files in force is a row, or was set aside as malformed.
-- A row that is returned names a file, and how many of its lines are neither. Two things do this: a quote that is never
-- closed (the lines behind it are lost: close it and deliver the file again), and values that hold line breaks (nothing
-- is lost). The numbers cannot tell which it was, so this warns, as all tests of what was delivered do;
-- docs/input_contract.md says how to find out.
{{ config(severity="warn") }}

{{ lines_not_loaded(
    "(load_files.load_id, load_files.source_table) in (select (load_id, source_table) from "
    ~ ref("stg_issuer__loads") ~ " where is_in_force)"
) }}
