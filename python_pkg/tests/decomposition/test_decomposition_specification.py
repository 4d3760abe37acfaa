"""A specification is checked before anything runs, and what is wrong with it is said by its path in the file."""

import copy
from typing import Any

import pytest
from decomposition_harness import Refused, specification

VALID: dict[str, Any] = {
    "batch_name": "2024_Q4_Reconciliation",
    "scenarios": {"base": "run 1", "tables": "run 2", "people": "run 3", "last": "latest"},
    "analysis": {
        "baseline": "base",
        "actual": "last",
        "components": [{"name": "Model Change", "scenario": "tables"}, {"name": "Mix", "scenario": "people"}],
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The valid specification with one value set; `DELETED` takes the key out."""
    spec = copy.deepcopy(VALID)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place: Any = spec
    for key in parents:
        place = place[key]
    if value is DELETED:
        del place[last]
    else:
        place[last] = value
    return spec


DELETED = object()


def refusal(spec: Any, **variables: Any) -> str:
    with pytest.raises(Refused) as refused:
        specification({"decomposition": spec, **variables})
    return str(refused.value)


def test_defaults_are_filled_in() -> None:
    spec = specification({"decomposition": VALID})
    assert spec["batch_name"] == "2024_Q4_Reconciliation"
    assert spec["scenarios"] == VALID["scenarios"]
    assert spec["analysis"] == {
        "method": "sequential",
        "metric": "mean",
        "population_mode": "intersection",
        "separate_churn": False,
        "separate_rx_medical": False,
        "baseline": "base",
        "actual": "last",
        "components": [
            {"name": "Model Change", "scenario": "tables", "description": None, "population_mode": "intersection"},
            {"name": "Mix", "scenario": "people", "description": None, "population_mode": "intersection"},
        ],
    }


def test_what_it_returns_is_a_specification_itself() -> None:
    spec = specification({"decomposition": VALID})
    del spec["analysis"]["components"][0]["description"], spec["analysis"]["components"][1]["description"]
    once_more = specification({"decomposition": spec})
    assert once_more["analysis"]["components"][1]["population_mode"] == "intersection"


def test_a_component_has_the_population_mode_of_the_analysis_unless_it_gives_its_own() -> None:
    spec = changed("analysis.population_mode", "baseline_population")
    spec["analysis"]["components"][1]["population_mode"] = "scenario_population"
    modes = [
        component["population_mode"] for component in specification({"decomposition": spec})["analysis"]["components"]
    ]
    assert modes == ["baseline_population", "scenario_population"]


def test_numbers_are_names_too() -> None:
    spec = changed("scenarios.base", 2024)
    spec["batch_name"] = 7
    checked = specification({"decomposition": spec})
    assert (checked["scenarios"]["base"], checked["batch_name"]) == ("2024", "7")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "analysis.method",
            "seqential",
            "decomposition.analysis.method: seqential. Accepted: sequential, marginal, shapley. "
            "Did you mean sequential?",
        ),
        (
            "analysis.metric",
            "median",
            "decomposition.analysis.metric: median. Accepted: mean, member_month_mean, sum, dollars.",
        ),
        (
            "analysis.population_mode",
            "intersect",
            "decomposition.analysis.population_mode: intersect. Accepted: intersection, baseline_population, "
            "scenario_population. Did you mean intersection?",
        ),
        (
            "analysis.components.1.population_mode",
            "scenario",
            "decomposition.analysis.components[2].population_mode: scenario. Accepted: intersection",
        ),
        (
            "analysis.separate_churn",
            "yes",
            "decomposition.analysis.separate_churn: yes. Accepted: false, true.",
        ),
        ("analysis.separate_churn", 1, "decomposition.analysis.separate_churn: 1. Accepted: false, true."),
        ("analysis.method", True, "decomposition.analysis.method: true. Accepted: sequential"),
        (
            "analysis.methd",
            "marginal",
            "decomposition.analysis.methd: no such key. Known: baseline, actual, components, method, metric, "
            "population_mode, separate_churn, separate_rx_medical. Did you mean method?",
        ),
        ("scenario", {}, "decomposition.scenario: no such key. Known: batch_name, scenarios, analysis."),
        ("batch_name", DELETED, "decomposition.batch_name: is not given."),
        ("batch_name", " ", "decomposition.batch_name: is no text."),
        ("analysis", DELETED, "decomposition.analysis: is not given."),
        ("analysis", "sequential", "decomposition.analysis: is no mapping."),
        ("analysis.baseline", DELETED, "decomposition.analysis.baseline: is not given."),
        ("analysis.actual", DELETED, "decomposition.analysis.actual: is not given."),
        (
            "analysis.baseline",
            "bas",
            "decomposition.analysis.baseline: bas is not defined. decomposition.scenarios has: base, tables, people, "
            "last. Did you mean base?",
        ),
        ("analysis.actual", "base", "decomposition.analysis.actual: is the baseline itself"),
        ("scenarios", ["base", "last"], "decomposition.scenarios: is no mapping."),
        ("scenarios.tables", None, "decomposition.scenarios.tables: is no text."),
        ("scenarios.tables", {"run_id": "x"}, "decomposition.scenarios.tables: is no text."),
        ("analysis.components", DELETED, "decomposition.analysis.components: is not given."),
        ("analysis.components", [], "decomposition.analysis.components: is no list."),
        ("analysis.components", {"name": "X"}, "decomposition.analysis.components: is no list."),
        ("analysis.components.0", "tables", "decomposition.analysis.components[1]: is no mapping."),
        (
            "analysis.components.0.scenario",
            "table",
            "decomposition.analysis.components[1].scenario: table is not defined.",
        ),
        ("analysis.components.0.scenario", DELETED, "decomposition.analysis.components[1].scenario: is not given."),
        (
            "analysis.components.0.scenario",
            "base",
            "decomposition.analysis.components[1].scenario: base is the baseline itself",
        ),
        ("analysis.components.0.name", DELETED, "decomposition.analysis.components[1].name: is not given."),
        (
            "analysis.components.0.names",
            "X",
            "decomposition.analysis.components[1].names: no such key. Known: name, scenario,",
        ),
        (
            "analysis.components.1.name",
            "model change",
            "decomposition.analysis.components[2].name: model change is the name of another",
        ),
        (
            "analysis.components.1.name",
            "interaction",
            "decomposition.analysis.components[2].name: interaction is the name of another",
        ),
        (
            "analysis.components.1.name",
            "Mix (rx)",
            "decomposition.analysis.components[2].name: Mix (rx) looks like a part of another",
        ),
        (
            "analysis.components.1.name",
            "Population change (Model Change)",
            "decomposition.analysis.components[2].name: Population change (Model Change) looks like a part of another",
        ),
        ("analysis.metric", "dollars", "decomposition.analysis.metric: dollars needs the var dollars_per_point_pmpm"),
    ],
)
def test_what_is_wrong_is_said_by_its_path(path: str, value: Any, message: str) -> None:
    assert f"\n  {message}" in refusal(changed(path, value))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    spec = changed("analysis.method", "waterfall")
    spec["analysis"]["metric"] = "average"
    spec["analysis"]["components"][0]["scenario"] = "nobody"
    lines = refusal(spec).splitlines()
    assert lines[0] == "The var decomposition cannot be used:"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  decomposition.analysis.method",
        "  decomposition.analysis.metric",
        "  decomposition.analysis.components[1].scenario",
    ]


def test_churn_is_separate_only_over_the_members_of_both_runs() -> None:
    spec = changed("analysis.separate_churn", True)
    assert specification({"decomposition": spec})["analysis"]["separate_churn"] is True
    spec["analysis"]["population_mode"] = "baseline_population"
    assert "decomposition.analysis.separate_churn: true needs population_mode intersection" in refusal(spec)


def test_dollars_need_their_rate_and_take_it() -> None:
    spec = changed("analysis.metric", "dollars")
    checked = specification({"decomposition": spec, "dollars_per_point_pmpm": 412.5})
    assert checked["analysis"]["metric"] == "dollars"


def test_shapley_needs_a_run_for_every_combination_of_components() -> None:
    spec = changed("analysis.method", "shapley")
    assert specification({"decomposition": spec})["analysis"]["method"] == "shapley", "two components: none is missing"
    spec["scenarios"]["codes"] = "run 5"
    spec["analysis"]["components"].append({"name": "Codes", "scenario": "codes"})
    spec["scenarios"]["codes + tables"] = "run 6"
    assert "all combinations of components; missing: tables+people, people+codes." in refusal(spec)
    spec["scenarios"] |= {"people+tables": "run 7", "people+codes": "run 8"}
    assert len(specification({"decomposition": spec})["scenarios"]) == 8


def test_shapley_has_one_run_of_all_components() -> None:
    spec = changed("analysis.method", "shapley")
    spec["scenarios"]["tables+people"] = "run 9"
    assert "decomposition.scenarios.tables+people: the run of all components is analysis.actual (last)" in refusal(spec)
    spec["analysis"]["actual"] = "tables+people"
    assert specification({"decomposition": spec})["analysis"]["actual"] == "tables+people"


def test_shapley_takes_each_scenario_once_and_no_combination_as_a_component() -> None:
    spec = changed("analysis.method", "shapley")
    spec["analysis"]["components"][1]["scenario"] = "tables"
    assert "decomposition.analysis.components[2].scenario: tables is the scenario of an earlier component" in refusal(
        spec
    )
    spec["scenarios"]["tables+people"] = "run 9"
    spec["analysis"]["components"][1]["scenario"] = "tables+people"
    assert "decomposition.analysis.components[2].scenario: tables+people reads as a combination" in refusal(spec)


def test_the_runs_of_shapley_are_limited() -> None:
    spec = changed("analysis.method", "shapley")
    names = [f"s{number}" for number in range(7)]
    spec["scenarios"] |= dict.fromkeys(names, "latest")
    spec["analysis"]["components"] = [{"name": name, "scenario": name} for name in names]
    assert "decomposition.analysis.components: has 7 entries; the method shapley takes at most 6." in refusal(spec)
