"""The notebook answers its question from the database alone: its figures are those of the tables, and add up."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from runpy import run_path
from typing import Any

import duckdb
import polars as pl
import pytest

from hhs_hcc.reports.suppression import HIDDEN
from hhs_hcc.terminal import SMALLEST_CELL

PROJECT = Path(__file__).resolve().parents[3]
NOTEBOOK = PROJECT / "analyses" / "notebooks" / "why_did_the_score_move.py"
# The frames that the notebook shows, with the column that counts their members.
FRAMES = {"runs": "member_count", "drivers": "member_count", "by_metal": "member_count"}
FRAMES |= {"bridge": "member_count", "bridge_groups": "member_count", "variables": "member_count"}


def in_a_process_of_its_own(command: list[str], database: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "RA_DUCKDB_PATH": str(database)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def query(database: Path, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).pl()


@pytest.fixture(scope="module")
def executed(report_database: Path) -> dict[str, Any]:
    """Every name that the notebook's cells define, after all of them have run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RA_DUCKDB_PATH", str(report_database))
        _, names = run_path(str(NOTEBOOK))["app"].run()
    return dict(names)


def test_its_closing_check_holds(executed: dict[str, Any]) -> None:
    checks = executed["checks"]
    assert executed["adds_up"] is True
    assert checks["holds"].to_list() == [True] * 3
    assert checks["difference"].abs().max() <= 1e-9


def test_its_drivers_are_those_of_the_newest_decomposition(executed: dict[str, Any], report_database: Path) -> None:
    batch_id = query(
        report_database,
        "select max_by(run_id, started_at) from main_runs.run_registry"
        " where analysis_type = 'decomposition' and status = 'completed'",
    ).item()
    assert executed["batch_id"] == batch_id
    tables = query(
        report_database,
        f"select step_index, impact_value, member_count from main_analytics.decomposition_scenarios"
        f" where batch_id = '{batch_id}' order by step_index",
    )
    assert tables.height > 0
    for told, known in zip(executed["drivers"].iter_rows(named=True), tables.iter_rows(named=True), strict=True):
        if told[HIDDEN] is None:
            assert (told["impact_value"], told["member_count"]) == (known["impact_value"], known["member_count"])
    total = tables["impact_value"].sum()
    assert executed["bars"]["impact_value"].sum() == total
    assert executed["causes"]["impact_value"].sum() == total


def test_each_driver_belongs_to_what_its_runs_differ_in(executed: dict[str, Any]) -> None:
    causes = dict(executed["drivers"].select("driver_name", "cause").iter_rows())
    assert causes["Lost members (medical)"] == causes["New members (rx)"] == "other people insured"
    assert causes["Model Change (medical)"] == causes["Population change (Model Change) (rx)"] == "the tables"
    assert causes["Population Mix (medical)"] == "the members who stayed"


def test_the_bridge_is_that_of_the_tables(executed: dict[str, Any], report_database: Path) -> None:
    tables = query(
        report_database,
        "select driver, sum(impact_value) as impact_value from main_analytics.score_bridge"
        f" where batch_id = '{executed['batch_id']}' and metric = '{executed['bridge_metric']}' group by driver",
    )
    known = dict(tables.iter_rows())
    told = {row["driver"]: row for row in executed["bridge"].iter_rows(named=True)}
    assert set(told) == set(known), "no driver of the bridge is forgotten"
    for driver, row in told.items():
        assert row[HIDDEN] or row["impact_value"] == known[driver]


def test_the_coefficients_are_those_of_cms(executed: dict[str, Any]) -> None:
    header, variable = executed["header"], executed["repriced"]["variable"]
    table = pl.read_csv(PROJECT / "seeds" / "cms" / "cms_coefficient.csv", infer_schema=False).filter(
        pl.col("variable") == variable, pl.col("model") == "adult"
    )
    published = {
        (row["model_year"], row["metal_level"]): Decimal(row["coefficient"]) for row in table.iter_rows(named=True)
    }
    shown = executed["coefficients"]
    assert shown.height == 5
    for row in shown.iter_rows(named=True):
        assert row["coefficient_before"] == published[str(header["tables_before"]), row["metal_level"]]
        assert row["coefficient_after"] == published[str(header["tables_after"]), row["metal_level"]]


@pytest.mark.parametrize("name", FRAMES)
def test_no_cell_of_few_members_is_shown(executed: dict[str, Any], name: str) -> None:
    frame = executed[name]
    shown = frame.filter(pl.col(HIDDEN).is_null())
    assert shown.height > 0
    assert shown.filter(pl.col(FRAMES[name]).is_between(1, SMALLEST_CELL - 1)).is_empty()
    assert (
        frame.filter(pl.col(HIDDEN).is_not_null())["impact_value" if name != "runs" else "mean_score"].is_null().all()
    )


def test_the_metal_levels_of_a_cause_add_up_to_its_bar_unless_one_is_hidden(executed: dict[str, Any]) -> None:
    causes = dict(executed["causes"].select("cause", "impact_value").iter_rows())
    whole = 0
    for (cause,), cells in executed["by_metal"].group_by("cause"):
        if cells[HIDDEN].is_null().all():
            whole += 1
            assert float(cells["impact_value"].sum()) == pytest.approx(float(causes[cause]), abs=1e-9)
    assert whole > 0


def test_a_shell_gets_the_answer_with_the_figures_of_the_tables(report_database: Path) -> None:
    done = in_a_process_of_its_own([str(NOTEBOOK)], report_database)
    assert done.returncode == 0, done.stderr
    header = query(report_database, "from main_analytics.decomposition order by created_at desc limit 1").row(
        0, named=True
    )
    before, after, change = (f"{header[name]:.3f}" for name in ("value_before", "value_after", "total_change"))
    assert f"by {change.lstrip('-')}, from {before} to {after}." in done.stdout
    assert "The drivers add up." in done.stdout


@pytest.mark.parametrize("state", ["no database", "no decomposition"])
def test_without_a_decomposition_it_says_what_to_do(tmp_path: Path, state: str) -> None:
    database = tmp_path / "issuer.duckdb"
    if state == "no decomposition":
        with duckdb.connect(str(database)) as connection:
            connection.execute("create schema main_runs")
            connection.execute(
                "create table main_runs.run_registry"
                " (run_id varchar, analysis_type varchar, status varchar, started_at timestamp)"
            )
    done = in_a_process_of_its_own([str(NOTEBOOK)], database)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert ("make demo" if state == "no database" else "hhs-hcc run scenarios/decomposition") in done.stderr
    assert "Traceback" not in done.stderr


def test_it_can_be_exported_as_a_page_that_names_nobody(
    executed: dict[str, Any], report_database: Path, tmp_path: Path
) -> None:
    page = tmp_path / "notebook.html"
    done = in_a_process_of_its_own(["-m", "marimo", "export", "html", str(NOTEBOOK), "-o", str(page)], report_database)
    assert done.returncode == 0, done.stderr
    html = page.read_text(encoding="utf-8")
    assert executed["answer"].split(". ")[0] in html
    members = query(report_database, "select distinct member_id from main_runs.risk_score_members")["member_id"]
    assert len(members) > 1000
    assert set(members).isdisjoint(re.findall(r"[\w-]+", html))


def test_it_is_written_as_marimo_writes_notebooks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", str(NOTEBOOK)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
