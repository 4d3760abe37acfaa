"""The launcher scores what is missing, reuses what would come out the same, and names runs by id."""

from typing import Any

import pytest
from fake_project import DEFAULTS, FakeProject

from hhs_hcc.launcher.launch import ScenarioOutcome, launch
from hhs_hcc.launcher.registry import LaunchError
from hhs_hcc.launcher.replay import ReplayError, replay
from hhs_hcc.launcher.scenario import ScenarioError, scenario_of
from hhs_hcc.launcher.settings import scoring_settings

COMPARISON: dict[str, Any] = {
    "run_description": "two years of tables",
    "run_id_a": "old tables",
    "run_id_b": "new tables",
    "scoring_runs": {"old tables": {"diy_model_year": 2024}, "new tables": {"diy_model_year": 2025}},
}
WHAT_IF = {
    "claims_view": "main_what_if.study_claims",
    "enrollments_view": "main_staging.stg_issuer__enrollments",
    "members_view": "main_staging.stg_issuer__members",
}


@pytest.fixture
def project() -> FakeProject:
    return FakeProject()


def run(project: FakeProject, content: dict[str, Any], **options: bool) -> ScenarioOutcome:
    return launch(project, scenario_of(content, DEFAULTS), **options)


def reused(outcome: ScenarioOutcome) -> list[bool]:
    return [step.is_reused for step in outcome.scoring_runs]


def ids(outcome: ScenarioOutcome) -> list[str]:
    return [step.run.run_id for step in outcome.scoring_runs if step.run]


def test_runs_are_scored_in_order_and_compared_by_id_in_one_group(project: FakeProject) -> None:
    outcome = run(project, COMPARISON)
    assert project.scored() == ["old tables", "new tables"]
    assert reused(outcome) == [False, False]
    command, given = project.commands[-1]
    assert command == "build --selector comparison_job"
    assert [given["run_id_a"], given["run_id_b"]] == ids(outcome)
    runs = project.query("select group_id, group_description, run_description from main_runs.run_registry")
    assert {(row["group_id"], row["group_description"]) for row in runs} == {(1, "two years of tables")}
    assert outcome.group_id == 1
    assert (
        outcome.batch_id
        == project.query("select max_by(run_id, started_at) as id from main_runs.run_registry")[0]["id"]
    )


def test_a_second_time_nothing_is_scored_and_the_group_stays(project: FakeProject) -> None:
    first = run(project, COMPARISON)
    second = run(project, COMPARISON)
    assert project.scored() == ["old tables", "new tables"]
    assert (reused(second), ids(second), second.group_id) == ([True, True], ids(first), first.group_id)
    assert second.batch_id != first.batch_id


@pytest.mark.parametrize("changed", ["data", "tables", "package"])
def test_a_run_made_of_something_else_is_not_reused(project: FakeProject, changed: str) -> None:
    run(project, COMPARISON)
    setattr(project, changed, "another")
    assert reused(run(project, COMPARISON)) == [False, False]


def test_a_run_with_other_settings_is_not_reused_and_other_names_do_not_matter(project: FakeProject) -> None:
    run(project, {"diy_model_year": 2024, "run_description": "anything", "high_cost_threshold": 1, "group_id": 9})
    outcome = run(project, COMPARISON | {"scoring_runs": {"old tables": {"diy_model_year": 2024}, "new tables": {}}})
    assert reused(outcome) == [True, False]
    stricter = {"old tables": {"diy_model_year": 2024, "unknown_validity": "strict"}, "new tables": {}}
    assert reused(run(project, COMPARISON | {"scoring_runs": stricter})) == [False, True]


def test_a_run_that_is_older_than_a_var_used_its_default(project: FakeProject) -> None:
    run(project, {"run_description": "old"})
    project.query(
        """update main_runs.run_registry set resolved_vars = json_merge_patch(resolved_vars, '{"age_basis": null}')"""
    )
    assert scoring_settings({}, DEFAULTS)["age_basis"] == "last_enrolled_day"
    assert reused(run(project, {"run_description": "old"})) == [True]


def test_one_run_does_not_stand_for_two_names(project: FakeProject) -> None:
    twins = {"run_description": "c", "scoring_runs": {"a": {}, "b": {}}}
    first = run(project, twins)
    assert len(set(ids(first))) == 3
    second = run(project, twins)
    assert (reused(second), ids(second)) == ([True] * 3, ids(first))


def test_force_scores_again(project: FakeProject) -> None:
    first = run(project, COMPARISON)
    second = run(project, COMPARISON, force=True)
    assert reused(second) == [False, False]
    assert not set(ids(first)) & set(ids(second))


def test_a_rehearsal_says_what_would_be_done_and_scores_nothing(project: FakeProject) -> None:
    run(project, {"diy_model_year": 2024, "run_description": "old tables"})
    before = len(project.query("from main_runs.run_registry"))
    outcome = run(project, COMPARISON, dry_run=True)
    assert outcome.is_rehearsal
    assert reused(outcome) == [True, False]
    assert len(project.query("from main_runs.run_registry")) == before


def test_after_a_failure_the_same_command_goes_on(project: FakeProject) -> None:
    project.failing["new tables"] = "model risk_score_components: there is no memory left"
    with pytest.raises(LaunchError, match="scoring new tables has failed:\nmodel risk_score_components"):
        run(project, COMPARISON)
    assert project.scored() == ["old tables", "new tables"]
    project.failing.clear()
    outcome = run(project, COMPARISON)
    assert reused(outcome) == [True, False]
    assert outcome.group_id == 1


def test_an_analysis_that_cannot_be_made_is_refused_before_anything_is_scored(project: FakeProject) -> None:
    project.failing["check_analysis"] = (
        "run_id_b is 'new tabels', and no completed scoring run has that run_description."
    )
    with pytest.raises(ScenarioError, match="Did you mean 'new tables'") as refused:
        run(project, COMPARISON | {"run_id_b": "new tabels"})
    assert str(refused.value).startswith("scenario: run_id_b is 'new tabels'")
    assert project.scored() == []


def test_a_scoring_run_with_unusable_vars_stops_all_before_the_first_is_scored(project: FakeProject) -> None:
    project.failing["fingerprints"] = "The var edition is 'x'."
    with pytest.raises(ScenarioError, match="The var edition is 'x'"):
        run(project, COMPARISON)
    assert project.scored() == []


def test_what_if_views_are_made_for_each_run_that_reads_them(project: FakeProject) -> None:
    replicates = {"one": WHAT_IF | {"radv_seed": 1}, "two": WHAT_IF | {"radv_seed": 2}}
    study = {"run_description": "none dropped", "scoring_runs": replicates}
    assert reused(run(project, study)) == [False] * 3
    made_and_scored = [
        (command.split()[0], given.get("radv_seed")) for command, given in project.commands if "run-op" not in command
    ]
    assert made_and_scored[2:] == [("run", 1), ("build", 1), ("run", 2), ("build", 2), ("build", None)]
    assert "--select +study_claims,path:models/what_if" in project.commands[0][0]
    assert reused(run(project, study)) == [True] * 3


def test_progress_is_told(project: FakeProject) -> None:
    told: list[str] = []
    launch(project, scenario_of(COMPARISON, DEFAULTS), on_progress=lambda what, *_: told.append(what))
    assert told == [
        "looking for old tables",
        "looking for new tables",
        "run 1 of 2: old tables",
        "run 2 of 2: new tables",
        "comparison",
    ]


def test_a_replay_has_the_settings_of_the_run_and_a_group_of_its_own(project: FakeProject) -> None:
    first = run(project, {"diy_model_year": 2024, "prediction_year": None, "run_description": "first", "group_id": 7})
    outcome = replay(project, ids(first)[0])
    assert outcome.is_equal
    assert outcome.differences == ()
    assert outcome.replayed is not None
    assert outcome.replayed.run_description == f"replay of {ids(first)[0]}"
    assert outcome.replayed.model_year == 2024
    assert outcome.replayed.group_id != 7


@pytest.mark.parametrize(
    ("changed", "name"), [("data", "input_fingerprint"), ("tables", "cms_tables_hash")], ids=["data", "tables"]
)
def test_a_run_whose_data_or_tables_have_changed_is_not_rebuilt_unless_forced(
    project: FakeProject, changed: str, name: str
) -> None:
    first = ids(run(project, {"run_description": "first"}))[0]
    setattr(project, changed, "another")
    outcome = replay(project, first)
    assert [difference.name for difference in outcome.differences] == [name]
    assert (outcome.replayed, outcome.is_equal) == (None, False)
    assert replay(project, first, force=True).replayed is not None


def test_another_package_is_told_and_replayed_and_other_scores_are_not_equal(project: FakeProject) -> None:
    first = ids(run(project, {"run_description": "first"}))[0]
    project.package = "another"
    outcome = replay(project, first)
    assert [difference.name for difference in outcome.differences] == ["package_hash"]
    assert outcome.is_equal
    project.scores = "others"
    assert not replay(project, first).is_equal


def test_what_cannot_be_replayed_is_refused_with_what_can(project: FakeProject) -> None:
    with pytest.raises(ReplayError, match=r"There is no run nobody\. No scoring run has completed yet"):
        replay(project, "nobody")
    project.failing["broken"] = "out of memory"
    with pytest.raises(LaunchError):
        run(project, {"run_description": "broken"})
    broken = project.query("select run_id from main_runs.run_registry")[0]["run_id"]
    with pytest.raises(ReplayError, match="is failed: there is no result"):
        replay(project, broken)
    outcome = run(project, COMPARISON)
    project.query("insert into main_runs.batch_runs values (?, ?)", [outcome.batch_id, ids(outcome)[0]])
    with pytest.raises(ReplayError, match=f"is a comparison, .*: {ids(outcome)[0]}"):
        replay(project, str(outcome.batch_id))
    with pytest.raises(ReplayError, match=f"The newest scoring runs:\n  {ids(outcome)[1]}"):
        replay(project, "nobody")


def test_a_run_with_a_var_that_is_gone_is_not_replayed_as_something_else(project: FakeProject) -> None:
    first = ids(run(project, {"run_description": "first"}))[0]
    project.query(
        """update main_runs.run_registry set resolved_vars = json_merge_patch(resolved_vars, '{"old_rule": "on"}')"""
    )
    with pytest.raises(ReplayError, match="vars that the project no longer has: old_rule"):
        replay(project, first)


def test_every_var_is_known_to_decide_scores_or_not() -> None:
    assert set(scoring_settings(DEFAULTS)) == {
        "diy_model_year",
        "benefit_year",
        "edition",
        "unknown_validity",
        "mce_edits",
        "age_basis",
        "invalid_gender",
        "coerce_gender",
        "claims_view",
        "enrollments_view",
        "members_view",
        "paid_through",
        "radv_seed",
        "radv_drop_rates",
    }
