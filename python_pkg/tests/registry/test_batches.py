"""Comparisons and decompositions are runs too: registered, refused with directions, removed when they fail."""

from typing import Any

import pytest
from mini_project import MiniProject

FIRST = "11111111-1111-1111-1111-111111111111"
SECOND = "22222222-2222-2222-2222-222222222222"
UNKNOWN = "33333333-3333-3333-3333-333333333333"
COMPARE = "build --select tag:comparison"
DECOMPOSE = "build --select tag:decomposition"
SPECIFICATION = {
    "batch_name": "2025 tables",
    "scenarios": {"before": "first", "after": SECOND},
    "analysis": {
        "baseline": "before",
        "actual": "after",
        "components": [{"name": "Tables", "scenario": "after"}],
    },
}


@pytest.fixture(scope="module")
def scored_project(built_project: MiniProject, tmp_path_factory: pytest.TempPathFactory) -> MiniProject:
    """Two completed scoring runs."""
    project = built_project.copy_to(tmp_path_factory.mktemp("batches") / "project")
    for run_id, description, year in ((FIRST, "first", 2024), (SECOND, "second", 2025)):
        variables = {"run_id": run_id, "run_description": description, "diy_model_year": year, "benefit_year": 2025}
        assert project.dbt("build --select tag:scoring", variables)
    return project


def _batches(project: MiniProject) -> list[tuple[Any, ...]]:
    return project.query("""
        select status, analysis_type, model_year, edition, member_count, output_hash is not null, run_id
        from main_runs.run_registry where analysis_type <> 'scoring' order by started_at
    """)


def test_a_comparison_is_a_run_that_names_the_runs_it_reads(scored_project: MiniProject) -> None:
    assert scored_project.dbt(COMPARE, {"run_id_a": "first", "run_id_b": "latest", "run_description": "by name"})
    *facts, batch_id = _batches(scored_project)[-1]
    assert facts == ["completed", "comparison", None, None, 2, True]
    assert scored_project.query(f"from main_runs.batch_runs where batch_id = '{batch_id}' order by position") == [
        (batch_id, 1, "a", "from", FIRST, "first"),
        (batch_id, 2, "b", "to", SECOND, "latest"),
    ]
    resolved = scored_project.query(
        f"select resolved_vars ->> 'run_id_a' from main_runs.run_registry where run_id = '{batch_id}'"
    )
    assert resolved == [(FIRST,)]


def test_a_decomposition_keeps_its_specification_and_its_ends(scored_project: MiniProject) -> None:
    assert scored_project.dbt(DECOMPOSE, {"decomposition": SPECIFICATION})
    *facts, batch_id = _batches(scored_project)[-1]
    assert facts == ["completed", "decomposition", None, None, None, True]
    batch = scored_project.query(
        "select run_id_a, run_id_b, specification ->> '$.analysis.baseline' from main_analytics.current_batch"
    )
    assert batch == [(FIRST, SECOND, "before")]
    names = scored_project.query(
        f"select scenario_name, role from main_runs.batch_runs where batch_id = '{batch_id}' order by position"
    )
    assert names == [("before", "from"), ("after", "to")]


def test_a_failed_comparison_leaves_no_rows_and_other_batches_as_they_were(
    scored_project: MiniProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scored_project.dbt(COMPARE, {"run_id_a": FIRST, "run_id_b": SECOND})
    rows = "select batch_id, count(*) from main_analytics.run_comparison group by all order by all"
    scores = "select run_id, count(*) from main_runs.risk_scores group by all order by all"
    before, scores_before = scored_project.query(rows), scored_project.query(scores)
    monkeypatch.setenv("COMPARISON_ENDING", "error")
    assert not scored_project.dbt(COMPARE, {"run_id_a": FIRST, "run_id_b": SECOND})
    assert _batches(scored_project)[-1][0] == "failed"
    assert scored_project.query(rows) == before
    assert scored_project.query(scores) == scores_before


def test_a_full_build_is_a_scoring_run_and_compares_nothing(scored_project: MiniProject) -> None:
    before = scored_project.query("select count(*) from main_analytics.run_comparison")
    assert scored_project.dbt("build --exclude source:*", {"run_id": UNKNOWN.replace("3", "4")})
    kinds = scored_project.query("select analysis_type from main_runs.run_registry order by started_at desc limit 1")
    assert kinds == [("scoring",)]
    assert scored_project.query("select count(*) from main_analytics.run_comparison") == before


REFUSED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "one run twice": (COMPARE, {"run_id_a": "first", "run_id_b": FIRST}, ["are the same run", "Give two runs"]),
    "one run only": (COMPARE, {"run_id_a": "first"}, ["run_id_b is not given", SECOND, "second"]),
    "unknown id": (COMPARE, {"run_id_a": FIRST, "run_id_b": UNKNOWN}, ["does not know", SECOND]),
    "unknown name": (COMPARE, {"run_id_a": "third", "run_id_b": FIRST}, ["run_id_a is 'third'", FIRST, SECOND]),
    "vars of another kind": (
        "build --select tag:scoring",
        {"run_id_a": "first"},
        ["run_id_a belongs to a comparison", "--select tag:comparison"],
    ),
    "specification in a comparison": (
        COMPARE,
        {"run_id_a": "first", "run_id_b": "second", "decomposition": SPECIFICATION},
        ["decomposition belongs to a decomposition"],
    ),
    "no specification": (DECOMPOSE, {}, ["decomposition is not given", "scenarios/decomposition"]),
    "both kinds": (
        "build --select tag:comparison tag:decomposition",
        {"run_id_a": "first", "run_id_b": "second"},
        ["run_id_a belongs to a comparison", "no run or several"],
    ),
    "without its batch": (
        "build --select run_comparison",
        {"run_id_a": "first", "run_id_b": "second"},
        ["without the model current_batch", "tag:comparison"],
    ),
    "no number": (COMPARE, {"comparison_tolerance": "some"}, ["comparison_tolerance is 'some'", "no number"]),
    "no count": (COMPARE, {"top_mover_count": 2.5}, ["top_mover_count is '2.5'", "whole number"]),
    "scenario without its run": (
        DECOMPOSE,
        {"decomposition": {**SPECIFICATION, "scenarios": {"before": "first", "after": "third"}}},
        ["decomposition.scenarios.after is 'third'", SECOND],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_batch_that_cannot_be_is_refused(scored_project: MiniProject, case: str) -> None:
    command, variables, expected = REFUSED[case]
    runs = scored_project.query("select count(*) from main_runs.run_registry")
    message = scored_project.refusal(variables, command)
    assert all(text in message for text in expected), message
    assert scored_project.query("select count(*) from main_runs.run_registry") == runs


def test_a_run_that_failed_or_compares_has_no_scores_to_compare(
    scored_project: MiniProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISK_SCORES_ENDING", "error")
    assert not scored_project.dbt("build --select tag:scoring", {"run_id": UNKNOWN, "run_description": "broken"})
    comparison = UNKNOWN.replace("3", "5")
    monkeypatch.delenv("RISK_SCORES_ENDING")
    assert scored_project.dbt(COMPARE, {"run_id_a": FIRST, "run_id_b": SECOND, "run_id": comparison})
    for run_id, problem in ((UNKNOWN, "is failed"), (comparison, "is a comparison run")):
        message = scored_project.refusal({"run_id_a": FIRST, "run_id_b": run_id}, COMPARE)
        assert problem in message
        assert SECOND in message
    assert "no completed scoring run" in scored_project.refusal({"run_id_a": FIRST, "run_id_b": "broken"}, COMPARE)
