"""Scenarios are vars, nothing else: a scenario with a misspelt var would score something other than it says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[3]
FOLDER = PROJECT / "scenarios"
SCENARIOS = sorted(FOLDER.rglob("*.yml"))
ANALYSES = [file for file in SCENARIOS if file.parent.name != "scoring"]
VARS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
VIEW_VARS = ("claims_view", "enrollments_view", "members_view")
PREFIX = "main"

each_scenario = pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)


def contents(file: Path) -> dict[str, Any]:
    scenario: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return scenario


def runs_of(scenario: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The scoring runs that a scenario lists, by run_description."""
    return scenario.get("scoring_runs") or {}


def labels_of(scenario: Mapping[str, Any]) -> list[str]:
    """The scoring runs that an analysis reads."""
    if "decomposition" in scenario:
        return list(scenario["decomposition"]["scenarios"].values())
    return [scenario["run_id_a"], scenario["run_id_b"]]


def test_there_are_scenarios_of_every_kind() -> None:
    assert {file.parent.name for file in SCENARIOS} == {"scoring", "comparison", "decomposition"}


@each_scenario
def test_a_scenario_sets_vars_that_exist_and_says_what_it_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    scenario = contents(file)
    assert set(scenario) <= set(VARS)
    assert scenario["run_description"]
    assert f'dbt build --select tag:{file.parent.name} --vars "$(cat {file.relative_to(PROJECT)})"' in text
    assert text.startswith("# yaml-language-server: $schema=../scenario.schema.json\n")


@each_scenario
def test_a_scenario_has_a_line_in_the_list(file: Path) -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert listed.count(f"| [{file.stem}]({file.relative_to(FOLDER)}) | ") == 1


@each_scenario
def test_scoring_runs_set_vars_of_scoring_and_say_their_years(file: Path) -> None:
    scenario = contents(file)
    own = [scenario] if file.parent.name == "scoring" else []
    for variables in [*runs_of(scenario).values(), *own]:
        assert set(variables) <= set(VARS)
        assert {"diy_model_year", "benefit_year"} <= set(variables)
        assert sum(name in variables for name in VIEW_VARS) in (0, len(VIEW_VARS))
    for variables in runs_of(scenario).values():
        # The launcher gives these itself.
        assert not {"run_id", "run_description", "group_id", "scoring_runs"} & set(variables)


@each_scenario
def test_views_that_a_scenario_names_are_models_of_the_what_if_room_or_staged(file: Path) -> None:
    models = {
        **{path.stem: "what_if" for path in (PROJECT / "models" / "what_if").glob("*.sql")},
        **{path.stem: "staging" for path in (PROJECT / "models" / "staging").glob("*.sql")},
    }
    for variables in runs_of(contents(file)).values():
        for name in VIEW_VARS:
            if name in variables:
                schema, relation = variables[name].split(".")
                assert schema == f"{PREFIX}_{models[relation]}"
                assert relation.split("__")[-1].startswith(name.removesuffix("_view"))


@pytest.mark.parametrize("file", ANALYSES, ids=lambda file: file.stem)
def test_an_analysis_lists_the_runs_that_it_reads_and_no_others(file: Path) -> None:
    scenario = contents(file)
    kind = {"comparison": "run_id_a", "decomposition": "decomposition"}[file.parent.name]
    assert kind in scenario
    labels = labels_of(scenario)
    assert len(set(labels)) == len(labels)
    assert set(labels) == set(runs_of(scenario))


def test_a_description_means_the_same_run_in_every_scenario() -> None:
    """Runs are found by their descriptions: two scenarios that mean different runs by one would mix them up."""
    meanings: dict[str, list[Mapping[str, Any]]] = {}
    for file in SCENARIOS:
        scenario = contents(file)
        for description, variables in runs_of(scenario).items():
            meanings.setdefault(description, []).append(variables)
        if file.parent.name == "scoring":
            own = {name: value for name, value in scenario.items() if name not in ("scoring_runs", "group_description")}
            meanings.setdefault(own.pop("run_description"), []).append(own)
    assert {
        description for description, all_vars in meanings.items() if any(v != all_vars[0] for v in all_vars)
    } == set()


def test_replicates_differ_in_their_seed_only() -> None:
    replicates = list(runs_of(contents(FOLDER / "scoring" / "radv_monte_carlo.yml")).values())
    assert len({variables["radv_seed"] for variables in replicates}) == len(replicates) == 20
    assert len({str({**variables, "radv_seed": None}) for variables in replicates}) == 1


@pytest.mark.parametrize("year", range(2021, 2026))
def test_a_run_out_is_known_after_3_6_and_9_months_and_in_the_end(year: int) -> None:
    scenario = contents(FOLDER / "decomposition" / f"run_out_{year}.yml")
    assert {(run["diy_model_year"], run["benefit_year"]) for run in runs_of(scenario).values()} == {(year, year)}
    cut_offs = {label: run.get("paid_through") for label, run in runs_of(scenario).items()}
    assert [cut_offs[label] for label in labels_of(scenario)] == [
        f"{year + 1}-03-31",
        f"{year + 1}-06-30",
        f"{year + 1}-09-30",
        None,
    ]
