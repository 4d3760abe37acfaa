"""A database keeps working, with the runs it holds, when the project moves on."""

from pathlib import Path

from mini_project import MiniProject

FIRST_RELEASE = (Path(__file__).parent / "version_1.sql").read_text()
NEXT_VERSION = 8
COLUMNS = "select column_name, data_type from duckdb_columns() where table_name = 'run_registry' order by column_index"


def test_bootstrap_can_be_repeated(fresh_project: MiniProject) -> None:
    assert fresh_project.dbt("run-operation db_bootstrap")
    first = fresh_project.query("from main_runs.schema_migrations order by version")
    assert fresh_project.dbt("run-operation db_bootstrap")
    assert fresh_project.query("from main_runs.schema_migrations order by version") == first
    assert [version for version, *_ in first] == list(range(1, len(first) + 1))


def test_a_database_of_the_first_release_keeps_its_runs_and_takes_new_ones(project: MiniProject) -> None:
    project.query(FIRST_RELEASE)
    assert project.dbt("build --select tag:scoring")
    runs = project.query("select status, group_id, member_count from main_runs.run_registry order by started_at")
    assert runs == [("completed", 41, None), ("completed", 42, 2)]
    numbers = "select run_number from main_runs.run_registry order by started_at"
    assert project.query(numbers) == [(1,), (2,)], "runs from before they were numbered have numbers, too"
    assert project.query("select count(*) > 0 from main_runs.run_metrics") == [(True,)]


def test_an_old_database_gets_the_columns_of_a_new_one(project: MiniProject) -> None:
    """Also fails when a column is added to run_columns with `since: 1`: old databases would never get it."""
    project.query(FIRST_RELEASE)
    assert project.dbt("run-operation db_bootstrap")
    old = project.query(COLUMNS)
    project.database.unlink()
    assert project.dbt("run-operation db_bootstrap")
    assert project.query(COLUMNS) == old


def test_a_fact_added_to_run_columns_reaches_an_old_database(project: MiniProject) -> None:
    project.query(FIRST_RELEASE)
    path = project.folder / "macros" / "run_registry" / "run_columns.sql"
    listed = path.read_text()
    assert listed.count("    ]) }}") == 1
    added = (
        f'        {{"name": "weather", "type": "varchar", "since": {NEXT_VERSION}, "value": "\'sunny\'"}},\n    ]) }}}}'
    )
    path.write_text(listed.replace("    ]) }}", added))
    project.manifest = None
    assert project.dbt("build --select tag:scoring")
    assert project.query("select weather from main_runs.run_registry order by started_at") == [(None,), ("sunny",)]
    assert project.query(f"select name from main_runs.schema_migrations where version = {NEXT_VERSION}") == [
        ("add to run_registry: weather",)
    ]


def test_a_migration_that_fails_leaves_no_trace(project: MiniProject) -> None:
    path = project.folder / "macros" / "run_registry" / "run_columns.sql"
    added = f'        {{"name": "ok", "type": "varchar", "since": {NEXT_VERSION}}},\n'
    added += f'        {{"name": "bad", "type": "no_type", "since": {NEXT_VERSION}}},\n    ]) }}}}'
    path.write_text(path.read_text().replace("    ]) }}", added))
    project.manifest = None
    assert not project.dbt("run-operation db_bootstrap")
    assert project.query("select max(version) from main_runs.schema_migrations") == [(NEXT_VERSION - 1,)]
    assert project.query("select 1 from duckdb_columns() where column_name = 'ok'") == []


def test_a_database_of_a_newer_release_is_refused(project: MiniProject) -> None:
    project.query(FIRST_RELEASE)
    project.query("insert into main_runs.schema_migrations values (99, 'from the future', current_timestamp)")
    message = project.refusal()
    assert "registry migration 99" in message
    assert "Update the project" in message
