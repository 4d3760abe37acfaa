"""Scenarios are vars, nothing else: a scenario with a misspelt var would score something other than it says."""

from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[3]
SCENARIOS = sorted((PROJECT / "scenarios").rglob("*.yml"))
VARS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def test_there_are_scenarios() -> None:
    assert {file.parent.name for file in SCENARIOS} == {"scoring"}


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_scenario_sets_vars_that_exist_and_says_what_it_is(file: Path) -> None:
    scenario = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert set(scenario) <= set(VARS)
    assert scenario["run_description"]
    assert f'"$(cat {file.relative_to(PROJECT)})"' in file.read_text(encoding="utf-8")
