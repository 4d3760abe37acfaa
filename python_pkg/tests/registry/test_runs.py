"""Every scoring run leaves one row that tells the truth about it, and only completed runs leave results."""

import json
import os
import uuid

import duckdb
import pytest
import yaml
from mini_project import PROJECT, MiniProject

SCORE = "build --select tag:scoring"


def test_three_runs_get_three_ids_and_keep_three_sets_of_scores(project: MiniProject) -> None:
    assert all([project.dbt(SCORE), project.dbt(SCORE), project.dbt("run --select tag:scoring")])
    runs = project.query(
        "select run_id, group_id, member_count, rejected_count, mean_score from main_runs.run_registry"
    )
    assert len({run_id for run_id, *_ in runs}) == 3
    assert sorted(figures for _, *figures in runs) == [[1, 2, 1, 1.0], [2, 2, 1, 1.0], [3, 2, 1, 1.0]]
    assert project.statuses() == ["completed"] * 3
    scored = project.query("select run_id, count(*) from main_runs.risk_scores group by run_id")
    assert sorted(scored) == sorted((run_id, 2) for run_id, *_ in runs)


def test_the_first_command_may_build_everything_it_needs(fresh_project: MiniProject) -> None:
    assert fresh_project.dbt("build --select +tag:scoring")
    ((status, version, provisional, tables_hash, fingerprint),) = fresh_project.query(
        "select status, model_version, is_provisional, cms_tables_hash, input_fingerprint from main_runs.run_registry"
    )
    assert (status, version, provisional) == ("completed", "HHS-HCC V08", False)
    assert tables_hash
    assert fingerprint


def test_the_row_says_what_was_run_and_with_what(project: MiniProject) -> None:
    variables = {"diy_model_year": 2026, "member_age_basis_year": 2024, "edition": "cms_software", "group_id": 7}
    assert project.dbt(SCORE, variables)
    with duckdb.connect(str(project.database)) as connection:
        (run,) = connection.execute("select * from main_runs.run_registry").pl().to_dicts()
    assert (run["model_year"], run["benefit_year"], run["edition"], run["group_id"]) == (2026, 2024, "cms_software", 7)
    assert run["is_provisional"]
    assert json.loads(run["provisional_tables"]) == ["hcc"]
    assert json.loads(run["spec_text"]) == variables
    assert json.loads(run["resolved_vars"])["benefit_year"] == 2024
    assert run["selection"] == "--select tag:scoring"
    assert json.loads(run["tool_versions"])["duckdb"] == duckdb.__version__
    assert run["run_timestamp"] == run["started_at"].strftime("%Y%m%d%H%M%S%f")[:18]
    assert run["run_id"] == run["invocation_id"]
    (current,) = project.query("select run_id, model_year, benefit_year, model_version from main_runs.current_run")
    assert current == (run["run_id"], 2026, 2024, "HHS-HCC V08")


def test_metrics_hold_seconds_and_rows_of_this_run_only(project: MiniProject) -> None:
    assert all([project.dbt(SCORE), project.dbt(SCORE)])
    metrics = project.query("""
        select metric_value
        from main_runs.run_metrics
        where node_name = 'risk_scores' and metric_name = 'row_count'
    """)
    assert metrics == [(2,), (2,)]
    assert project.query("""
        select count(distinct run_id) from main_runs.run_metrics where metric_name = 'execution_seconds'
    """) == [(2,)]


def test_hashes_change_with_content_and_not_with_its_order(project: MiniProject) -> None:
    staged = project.folder / "models" / "staging" / "stg_issuer__members.sql"
    for member_rows in (
        "select 'A' as member_id, 1.5 as risk union all select 'B', 0.5",
        "select 'B' as member_id, 0.5 as risk union all select 'A', 1.5",
        "select 'A' as member_id, 1.5 as risk union all select 'B', 0.6",
    ):
        staged.write_text(member_rows)
        project.manifest = None
        assert project.dbt("build --select +tag:scoring")
    hashes = project.query(
        "select input_fingerprint, output_hash, cms_tables_hash from main_runs.run_registry order by started_at"
    )
    assert hashes[0] == hashes[1]
    assert hashes[2][0] != hashes[0][0]
    assert hashes[2][1] != hashes[0][1]
    assert hashes[2][2] == hashes[0][2]


def test_vars_are_stored_word_for_word_and_never_executed(project: MiniProject) -> None:
    description = """O'Hara; drop table x; -- "{{ 1 / 0 }}" {% endmacro %} ? %s \\n"""
    assert project.dbt(SCORE, {"run_description": description, "trigger_source": "{{ target.name }}"})
    ((stored, source, specification),) = project.query(
        "select run_description, trigger_source, spec_text from main_runs.run_registry"
    )
    assert (stored, source) == (description, "{{ target.name }}")
    assert json.loads(specification)["run_description"] == description


def test_a_failing_model_fails_the_run_and_removes_what_it_wrote(
    project: MiniProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.dbt(SCORE)
    monkeypatch.setenv("RISK_SCORES_ENDING", "error")
    assert not project.dbt(SCORE)
    completed, failed = project.query(
        "select run_id, status, error_summary from main_runs.run_registry order by all desc"
    )
    if completed[1] == "failed":
        completed, failed = failed, completed
    assert failed[1:] == ("failed", "scores_rejected: error")
    for table in ("risk_scores", "risk_score_components", "scores_rejected"):
        assert project.query(f"select distinct run_id from main_runs.{table}") == [(completed[0],)]
    assert project.query(f"select count(*) from main_runs.run_metrics where run_id = '{failed[0]}'") != [(0,)]


def test_the_id_of_a_completed_run_is_refused_and_that_of_a_failed_one_is_not(
    project: MiniProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"run_id": str(uuid.uuid4())}
    monkeypatch.setenv("RISK_SCORES_ENDING", "error")
    assert not project.dbt(SCORE, variables)
    monkeypatch.setenv("RISK_SCORES_ENDING", "well")
    assert project.dbt(SCORE, variables)
    assert "was completed at" in project.refusal({"run_id": variables["run_id"].upper()})
    assert project.query("select run_id, status from main_runs.run_registry") == [(variables["run_id"], "completed")]
    assert project.query("select count(*) from main_runs.risk_scores") == [(2,)]


def test_a_killed_run_is_abandoned_and_its_results_removed(project: MiniProject) -> None:
    pipe = project.folder / "endless.pipe"
    os.mkfifo(pipe)
    process = project.start(SCORE, RISK_SCORES_ENDING="never", ENDLESS_PIPE=str(pipe))
    assert process.stdout is not None
    for line in process.stdout:
        if "START" in line and "scores_rejected" in line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    assert project.statuses() == ["started"]
    assert project.query("select count(*) from main_runs.risk_scores") == [(2,)]

    assert project.dbt(SCORE)
    assert project.statuses() == ["abandoned", "completed"]
    survivors = project.query("select distinct run_id from main_runs.risk_scores")
    assert survivors == project.query("select run_id from main_runs.run_registry where status = 'completed'")


def test_reap_runs_marks_leftovers_without_a_new_run(project: MiniProject) -> None:
    assert project.dbt(SCORE)
    project.query("update main_runs.run_registry set status = 'started'")
    assert project.dbt("run-operation reap_runs")
    assert project.statuses() == ["abandoned"]
    assert project.query("select * from main_runs.risk_scores") == []


def test_no_temporary_table_outlives_a_run(project: MiniProject) -> None:
    assert project.dbt(SCORE)
    project.query("create table main_runs.risk_scores__dbt_tmp20260101 as select 1 as one")
    assert project.dbt(SCORE)
    assert project.query("select table_name from duckdb_tables() where table_name like '%tmp%'") == []


def test_what_writes_no_results_registers_no_run(project: MiniProject) -> None:
    assert project.dbt("run-operation db_bootstrap")
    for command in ("seed", "test", "compile", "build --select stg_issuer__members int_aca_risk_input"):
        assert project.dbt(command)
    assert project.statuses() == []


def test_run_vars_lists_the_vars_of_the_project() -> None:
    listed = (PROJECT / "macros" / "run_registry" / "run_vars.sql").read_text()
    names = {line.split('"')[1] for line in listed.splitlines() if line.strip().startswith('"')}
    assert names == set(yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"])


def test_every_registry_column_is_documented(project: MiniProject) -> None:
    assert project.dbt("run-operation db_bootstrap")
    sources = yaml.safe_load((PROJECT / "models" / "_runs__sources.yml").read_text())["sources"]
    documented = {(table["name"], column["name"]) for table in sources[0]["tables"] for column in table["columns"]}
    existing = project.query("select table_name, column_name from duckdb_columns() where schema_name = 'main_runs'")
    assert documented == set(existing)
