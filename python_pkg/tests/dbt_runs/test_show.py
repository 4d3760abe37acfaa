"""`hhs-hcc show` tells what a run gave, from the database alone."""

import json
import sys

import pytest
from real_project import RealProject

from hhs_hcc import cli

KNOWN = "select run_id, member_count, rejected_count, round(mean_score, 3) from main_runs.run_registry"


def show(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["hhs-hcc", "show", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_newest_run_is_shown_with_its_members_rejects_and_scores(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, members, rejected, _ = project.query(KNOWN)[0]
    reasons = project.query("select reject_reason, count(*) from main_runs.scores_rejected group by all")
    plrs = project.query(
        "select sum(risk_score * member_months) / sum(member_months) from main_runs.risk_score_segments"
    )[0][0]
    code, out, _ = show(capsys, monkeypatch, "--database", project.database)
    assert code == 0
    assert f"run_id   {run_id}" in out
    assert f"scored   {members:,} members" in out
    assert f"rejected {rejected:,} members" in out
    assert all(f"{reason} {f'{count:,}' if count >= 11 else '< 11'}" in out for reason, count in reasons)
    assert f"{float(plrs):.3f}" in next(line for line in out.splitlines() if "│ all" in line)
    assert "'{diy_model_year: 2024, benefit_year: 2025" in out
    assert f"  hhs-hcc report run {run_id}\n" in out


def test_a_cell_of_few_members_is_not_shown(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = project.query(
        "select metal_level, model, count(distinct member_id) from main_runs.risk_score_segments group by all"
    )
    few = {(metal, model) for metal, model, members in cells if members < 11}
    _, out, _ = show(capsys, monkeypatch, "--database", project.database)
    rows = [line.split("│") for line in out.splitlines() if "│" in line and "< 11" in line]
    hidden = {(row[1].strip(), row[2].strip()) for row in rows}
    assert few
    assert hidden == few


def test_programs_get_the_same_figures_and_null_for_few_members(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, members, _, _ = project.query(KNOWN)[0]
    cells = project.query("""
        select metal_level, model, count(distinct member_id), cast(sum(member_months) as double)
        from main_runs.risk_score_segments group by all
    """)
    code, out, _ = show(capsys, monkeypatch, "latest", "--json", "--database", project.database)
    shown = json.loads(out)
    assert code == 0
    assert (shown["run_id"], shown["member_count"]) == (run_id, members)
    found = {
        (row["metal_level"], row["model"]): (row["member_count"], row["member_months"]) for row in shown["segments"]
    }
    expected = {
        (metal, model): (None, None) if count < 11 else (count, pytest.approx(months))
        for metal, model, count, months in cells
    }
    assert found == expected
    assert any(row["mean_risk_score"] is None for row in shown["segments"])


def test_a_run_that_does_not_exist_is_an_error_that_names_those_that_do(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = show(capsys, monkeypatch, "nobody", "--database", project.database)
    assert code == 2
    assert err.startswith("error: There is no run nobody; the newest completed scoring runs: ")
    assert project.query(KNOWN)[0][0] in err


def test_without_a_database_the_way_to_one_is_said(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = show(capsys, monkeypatch, "--database", project.folder / "none.duckdb")
    assert code == 2
    assert "make demo" in err
