-- What a database of the first release looks like after migration 1, with one run in it. Never edit this file: such
-- databases exist, and the tests prove that they keep working.
create schema main_runs;

create table main_runs.schema_migrations (version integer, name varchar, applied_at timestamp);

insert into main_runs.schema_migrations values (1, 'create run_registry', timestamp '2026-01-01 00:00:00');

create table main_runs.run_registry (
    run_id varchar, invocation_id varchar, analysis_type varchar, status varchar, started_at timestamp,
    completed_at timestamp, elapsed_seconds double, run_timestamp varchar, run_description varchar, group_id integer,
    group_description varchar, trigger_source varchar, blueprint_id varchar, model_year integer, benefit_year integer,
    model_version varchar, calculator varchar, edition varchar, unknown_validity varchar, mce_edits boolean,
    age_basis varchar, paid_through date, is_provisional boolean, provisional_tables json, resolved_vars json,
    spec_text json, spec_hash varchar, selection varchar, target_name varchar, git_branch varchar, git_commit varchar,
    git_is_dirty boolean, git_commit_date timestamptz, tool_versions json, package_hash varchar,
    cms_tables_hash varchar, input_fingerprint varchar, output_hash varchar, member_count bigint,
    rejected_count bigint, mean_score double, error_summary varchar
);

insert into main_runs.run_registry (run_id, analysis_type, status, started_at, group_id)
values ('11111111-1111-1111-1111-111111111111', 'scoring', 'completed', timestamp '2026-01-01 00:00:00', 41);
