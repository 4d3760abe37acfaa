"""Every run of the real project is remembered truthfully, and only completed runs leave results."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from issuer_files import diagnosis_claim, plan_row, write_issuer
from polars.testing import assert_frame_equal
from real_project import FROM_THE_FILES_ON, REPOSITORY, SCORE, RealProject

from hhs_hcc.provenance import git_provenance, package_hash

RUN_TABLES = {
    "agg_claim_eligibility",
    "agg_hcc_prevalence",
    "agg_plrs_by_plan",
    "agg_unmapped_codes",
    "risk_score_components",
    "risk_score_evidence",
    "risk_score_members",
    "risk_score_segments",
    "scores_rejected",
}


@dataclass(frozen=True)
class History:
    """Three runs with the same settings and one of another model year."""

    registry: list[dict[str, object]]
    first_scores: pl.DataFrame
    rows_of_first: dict[str, int]


@pytest.fixture(scope="module")
def project_with_history(built: RealProject) -> tuple[RealProject, History]:
    built.restore("demo")
    first = str(built.last_run()["run_id"])
    before = History([], built.scores(first), built.rows_by_table(first))
    # As typed into a shell: partial parsing once froze the id of a run, and three runs landed under one.
    assert built.dbt(SCORE, parsed_before=False)
    assert built.dbt(f"{SCORE} --full-refresh", parsed_before=False)
    assert built.dbt(SCORE, {"diy_model_year": 2024, "run_description": "2024 tables on 2025 data", "group_id": 7})
    registry = built.frame("from main_runs.run_registry order by started_at").rows(named=True)
    built.save("history")
    return built, History(registry, before.first_scores, before.rows_of_first)


@pytest.fixture
def runs(project_with_history: tuple[RealProject, History]) -> History:
    project_with_history[0].restore("history")
    return project_with_history[1]


def test_each_run_has_an_id_of_its_own_and_a_complete_row(runs: History) -> None:
    assert [run["status"] for run in runs.registry] == ["completed"] * 4
    assert len({run["run_id"] for run in runs.registry}) == 4
    assert [run["group_id"] for run in runs.registry] == [1, 2, 3, 7]
    git = git_provenance(REPOSITORY)
    for run in runs.registry:
        filled = ("selection", "spec_hash", "cms_tables_hash", "input_fingerprint", "output_hash", "elapsed_seconds")
        assert all(run[name] for name in filled)
        assert run["package_hash"] == package_hash()
        assert (run["git_branch"], run["git_commit"]) == (git["branch"], git["commit"])
        assert run["member_count"] == runs.first_scores.height
        assert run["is_provisional"] is False
    last = runs.registry[-1]
    assert last["run_description"] == "2024 tables on 2025 data"
    assert (last["model_year"], last["benefit_year"], last["model_version"]) == (2024, 2025, "HHS-HCC V07")
    assert json.loads(str(last["resolved_vars"]))["diy_model_year"] == 2024


def test_the_same_data_and_settings_give_the_same_hashes(runs: History) -> None:
    for name in ("input_fingerprint", "cms_tables_hash", "output_hash", "mean_score"):
        assert len({run[name] for run in runs.registry[:3]}) == 1, name


def test_another_model_year_has_other_tables_and_other_scores_of_the_same_data(runs: History) -> None:
    first, last = runs.registry[0], runs.registry[3]
    assert last["cms_tables_hash"] != first["cms_tables_hash"]
    assert last["output_hash"] != first["output_hash"]
    assert last["input_fingerprint"] == first["input_fingerprint"]


def test_later_runs_and_a_full_refresh_leave_earlier_results_alone(
    project_with_history: tuple[RealProject, History], runs: History
) -> None:
    project, _ = project_with_history
    first, second, third, last = (str(run["run_id"]) for run in runs.registry)
    assert_frame_equal(project.scores(first), runs.first_scores)
    assert set(runs.rows_of_first) == RUN_TABLES
    assert all(runs.rows_of_first.values())
    for repeated in (first, second, third):
        assert project.rows_by_table(repeated) == runs.rows_of_first
    assert all(project.rows_by_table(last).values())
    members = pl.col("member_id", "risk_score", "components")
    assert_frame_equal(project.scores(third).select(members), runs.first_scores.select(members))


@pytest.mark.parametrize(
    ("damage", "written_before", "message"),
    [
        (
            "delete from main_cms.cms_coefficient where model_year = 2025",
            "scores_rejected",
            "The CMS table coefficient has no rows for model_year 2025",
        ),
        (
            "alter table main_cms.cms_rxc rename column label to another_name",
            "risk_score_members",
            '"label" not found',
        ),
    ],
    ids=["in the calculator", "in an aggregate"],
)
def test_a_run_whose_model_raises_is_failed_and_leaves_no_rows(
    project: RealProject, damage: str, written_before: str, message: str
) -> None:
    completed = project.last_run()
    before = project.rows_by_table(completed["run_id"])
    project.change(damage)
    outcome = project.dbt(SCORE)
    assert not outcome
    assert outcome.statuses[written_before] == "success"
    assert message in outcome.console
    assert "Traceback" not in outcome.console
    run = project.last_run()
    assert run["status"] == "failed"
    assert run["run_id"] != completed["run_id"]
    failed_nodes = {name for name, status in outcome.statuses.items() if status == "error"}
    assert failed_nodes
    assert all(f"{name}: error" in run["error_summary"] for name in failed_nodes)
    assert set(project.rows_by_table(run["run_id"]).values()) == {0}
    assert project.rows_by_table(completed["run_id"]) == before


def test_a_run_killed_while_it_writes_is_abandoned_at_the_next_start(project: RealProject) -> None:
    completed = project.last_run()["run_id"]
    before = project.rows_by_table(completed)
    process = subprocess.Popen(
        [sys.executable, "-m", "dbt.cli.main", *project.arguments(SCORE)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **project.environment()},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "START" in line and "risk_score_evidence" in line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    killed = project.last_run()
    assert killed["status"] == "started"
    assert project.rows_by_table(killed["run_id"])["risk_score_components"] > 0, "it had written something"

    outcome = project.dbt(SCORE)
    assert outcome
    assert f"Run {killed['run_id']} never ended: marked as abandoned" in outcome.console
    statuses = dict(project.query("select run_id, status from main_runs.run_registry"))
    assert statuses.pop(killed["run_id"]) == "abandoned"
    assert list(statuses.values()) == ["completed"] * 2
    assert set(project.rows_by_table(killed["run_id"]).values()) == {0}
    assert project.rows_by_table(completed) == before
    assert project.rows_by_table(project.last_run()["run_id"]) == before


def test_tables_that_cms_has_not_published_make_a_run_provisional_and_strict_leaves_their_codes_out(
    project: RealProject, tmp_path: Path
) -> None:
    """2026: whether a code is valid from October on is carried from the fiscal year before."""
    plan = "99801TX001000101"
    raw = write_issuer(
        tmp_path / "issuer",
        members=[{"member_id": name, "birth_date": "1980-05-05", "gender": "F"} for name in "ABC"],
        enrollments=[
            {
                "member_id": name,
                "hios_plan_id": plan,
                "enrollment_start_date": "2026-01-01",
                "enrollment_end_date": "2026-12-31",
            }
            for name in "ABC"
        ],
        plans=[plan_row(plan, "silver", 2026)],
        claims=[diagnosis_claim("1", "A", "2026-09-30", "E11.9"), diagnosis_claim("2", "B", "2026-10-01", "E11.9")],
    )
    years = {"diy_model_year": 2026, "benefit_year": 2026}
    outcome = project.dbt(FROM_THE_FILES_ON, years, raw=raw)
    assert outcome
    assert "CMS tables of 2026, data of 2026, provisional" in outcome.console
    run = project.last_run()
    assert run["is_provisional"]
    assert {"dx_to_cc", "eligible_hcpcs"} <= set(json.loads(run["provisional_tables"]))
    carried = dict(project.scores().select("member_id", "risk_score").iter_rows())
    assert carried["A"] == carried["B"] > carried["C"]

    assert project.dbt(SCORE, {**years, "unknown_validity": "strict"})
    strict = dict(project.scores().select("member_id", "risk_score").iter_rows())
    assert strict == {**carried, "B": carried["C"]}
    assert project.last_run()["unknown_validity"] == "strict"
