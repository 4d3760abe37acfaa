"""Outcomes are shown as aggregates: figures of few members are left out, and names are no markup."""

import json
import sys
from decimal import Decimal

import pytest
from fake_project import DEFAULTS, FakeProject
from rich.console import Console

from hhs_hcc import cli
from hhs_hcc.launcher.launch import ScenarioOutcome, launch
from hhs_hcc.launcher.report import outcome_as_json, show_outcome
from hhs_hcc.launcher.results import ComparisonResults, DecompositionResults, Driver, Results
from hhs_hcc.launcher.scenario import scenario_of

WATERFALL = DecompositionResults(
    {
        "batch_id": "b",
        "batch_name": "study",
        "metric": "mean",
        "method": "sequential",
        "population_mode": "intersection",
        "baseline": "old",
        "actual": "new",
        "value_before": Decimal("1.000000000000"),
        "value_after": Decimal("1.250000000000"),
        "total_change": Decimal("0.250000000000"),
    },
    (
        Driver("Model [red]Change", "component", Decimal("0.300000000000"), 100),
        Driver("New members", "churn", Decimal("-0.050000000000"), 3),
    ),
)


def outcome_with(results: Results) -> ScenarioOutcome:
    return ScenarioOutcome("study", "decomposition", False, 1, (), "b", results)


def shown(outcome: ScenarioOutcome) -> str:
    console = Console(width=100)
    with console.capture() as captured:
        show_outcome(outcome, console)
    return captured.get()


def test_a_waterfall_runs_from_the_baseline_to_the_actual() -> None:
    lines = shown(outcome_with(WATERFALL)).splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:5]] for line in lines if line.startswith("│")]
    assert cells[0] == ["old", "", "1.0000", ""]
    assert cells[1] == ["Model [red]Change", "+0.3000", "1.3000", "100"]
    assert cells[-1] == ["new", "+0.2500", "1.2500", ""]


def test_what_to_do_next_names_the_report_of_the_result() -> None:
    project = FakeProject()
    scored = launch(project, scenario_of({"run_description": "first"}, DEFAULTS))
    (step,) = scored.scoring_runs
    assert step.run is not None
    assert f"Next:\n  hhs-hcc show {step.run.run_id}\n  hhs-hcc report run {step.run.run_id}\n" in shown(scored)
    assert "Next:\n  hhs-hcc report decomposition b\n  hhs-hcc runs --group 1\n" in shown(outcome_with(WATERFALL))
    rehearsed = launch(project, scenario_of({"run_description": "second"}, DEFAULTS), dry_run=True)
    assert shown(rehearsed).endswith("Next: the same command without --dry-run.\n")


def test_a_driver_of_few_members_is_not_shown() -> None:
    outcome = outcome_with(WATERFALL)
    row = next(line for line in shown(outcome).splitlines() if "New members" in line)
    assert "< 11" in row
    assert "0.05" not in row
    assert "1.2500" not in row
    few = outcome_as_json(outcome)["drivers"][1]
    assert (few["impact_value"], few["member_count"]) == (None, None)


@pytest.mark.parametrize(("members", "mean"), [(90, "1.5000"), (9, "-")])
def test_means_of_few_members_are_not_shown(members: int, mean: str) -> None:
    figures = {
        "batch_id": "b",
        "member_count_a": members,
        "member_count_b": members,
        "mean_a": Decimal("1.5"),
        "mean_b": Decimal("1.5"),
        "b_only_count": 4,
    }
    text = shown(outcome_with(ComparisonResults(figures)))
    row = next(line for line in text.splitlines() if line.startswith("│ mean "))
    assert [cell.strip() for cell in row.split("│")[2:4]] == [mean, mean]
    assert next(line for line in text.splitlines() if "b only count" in line).split("│")[2].strip() == "-"
    assert outcome_as_json(outcome_with(ComparisonResults(figures)))["comparison_summary"]["b_only_count"] is None


def test_json_can_be_written_of_every_kind_of_outcome() -> None:
    project = FakeProject()
    scoring = scenario_of({"run_description": "first"}, DEFAULTS)
    comparison = scenario_of({"run_id_a": "first", "run_id_b": "x", "scoring_runs": {"x": {}, "first": {}}}, DEFAULTS)
    found = [
        outcome_as_json(launch(project, one, dry_run=is_dry))
        for one in (scoring, comparison)
        for is_dry in (True, False)
    ]
    again = json.loads(json.dumps([*found, outcome_as_json(outcome_with(WATERFALL))]))
    assert [one["is_dry_run"] for one in again] == [True, False, True, False, False]
    assert again[1]["scoring_runs"][0]["mean_score"] == 1.5
    assert again[-1]["drivers"][0]["impact_value"] == "0.300000000000"


def test_without_dbt_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "hhs_hcc.launcher.project", None)
    monkeypatch.setattr(sys, "argv", ["hhs-hcc", "run", "study.yml"])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 2
    assert "install the package as hhs-hcc[dbt]" in capsys.readouterr().err
