"""Run a scenario: score what it needs and is not there yet, then compare or decompose, all in one group."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhs_hcc.launcher.project import DbtProject, NodeProgress, Project
from hhs_hcc.launcher.registry import (
    LaunchError,
    RegisteredRun,
    find_equal_run,
    make_what_if_views,
    run_of,
    take_fingerprints,
)
from hhs_hcc.launcher.results import Results, read_results
from hhs_hcc.launcher.scenario import Kind, Scenario, read_scenario, scenario_of
from hhs_hcc.progress import Tell


@dataclass(frozen=True)
class ScoringRun:
    """A scoring run that a scenario needs.

    Attributes:
        name: Its run_description in the scenario.
        is_reused: True if a run that was there already serves.
        run: The run; None in a rehearsal, if it would have to be made.
    """

    name: str
    is_reused: bool
    run: RegisteredRun | None


@dataclass(frozen=True)
class ScenarioOutcome:
    """What came of a scenario.

    Attributes:
        name: Of the scenario.
        kind: scoring, comparison or decomposition.
        is_rehearsal: True if nothing was scored, only found out what would be.
        group_id: The group of the runs made; None in a rehearsal.
        scoring_runs: In the order of the scenario.
        batch_id: The comparison or decomposition; None if there is none.
        results: Its figures.
    """

    name: str
    kind: Kind
    is_rehearsal: bool
    group_id: int | None
    scoring_runs: tuple[ScoringRun, ...]
    batch_id: str | None = None
    results: Results | None = None


def run_scenario(
    source: Path | Mapping[str, Any],
    *,
    project_dir: Path | None = None,
    variables: Mapping[str, Any] | None = None,
    force: bool = False,
    dry_run: bool = False,
    on_progress: Tell | None = None,
) -> ScenarioOutcome:
    """Score whatever runs a scenario needs, then compare or decompose them.

    A scoring run is reused if its settings, data, CMS tables and the package are the same as now; so a scenario that
    was interrupted goes on where it stopped.

    Args:
        source: A scenario file, or its vars.
        project_dir: Folder of dbt_project.yml; the current one by default.
        variables: Vars that win over those of the file, in each scoring run as far as they decide scores.
        force: Score every run again.
        dry_run: Find out what would be done, and do not do it.
        on_progress: Called as work goes on.

    Raises:
        ScenarioError: If the scenario cannot be run as it is written.
        LaunchError: If a run fails. Runs completed before it stay, and are reused the next time.
    """
    project = DbtProject(project_dir or Path())
    try:
        if isinstance(source, Path):
            scenario = read_scenario(source, project.defaults, variables)
        else:
            scenario = scenario_of(source, project.defaults, variables)
        return launch(project, scenario, force=force, dry_run=dry_run, on_progress=on_progress)
    finally:
        project.close()


def launch(
    project: Project,
    scenario: Scenario,
    *,
    force: bool = False,
    dry_run: bool = False,
    on_progress: Tell | None = None,
) -> ScenarioOutcome:
    """The same for a scenario that is read, on a project that stays open."""
    check_scenario(project, scenario)
    plan = _plan(project, scenario, force, on_progress)
    if dry_run:
        return ScenarioOutcome(scenario.name, scenario.kind, True, None, tuple(plan))
    group_id = _group(project, scenario, plan)
    done: list[ScoringRun] = []
    for number, step in enumerate(plan, start=1):
        if step.run is None:
            on_node = node_progress(on_progress, f"run {number} of {len(plan)}: {step.name}")
            made = _score(project, scenario, step.name, group_id, on_node)
            done.append(ScoringRun(step.name, False, made))
        else:
            done.append(step)
    if scenario.kind == "scoring":
        return ScenarioOutcome(scenario.name, scenario.kind, False, group_id, tuple(done))
    run_ids = {step.name: step.run.run_id for step in done if step.run is not None}
    answer = project.dbt(
        "build",
        "--selector",
        f"{scenario.kind}_job",
        variables={**_of_the_launcher(scenario, group_id), **scenario.analysis_of(run_ids), "group_id": group_id},
        on_node=node_progress(on_progress, scenario.kind),
    )
    batch = run_of(project, answer)
    results = read_results(project, scenario.kind, batch.run_id)
    return ScenarioOutcome(scenario.name, scenario.kind, False, group_id, tuple(done), batch.run_id, results)


def check_scenario(project: Project, scenario: Scenario) -> None:
    """Find what is wrong with a comparison or decomposition before the runs that it needs are scored.

    Raises:
        ScenarioError: If its vars or its specification cannot be used, or name a run that is neither there nor to come.
    """
    if scenario.kind == "scoring":
        return
    to_come = list(scenario.runs)
    answer = project.dbt(
        "run-operation", "check_analysis", "--args", json.dumps({"to_come": to_come}), variables=scenario.analysis
    )
    if answer.success:
        return
    message = "\n".join(answer.errors)
    for key, label in scenario.labels().items():
        close = difflib.get_close_matches(label, to_come, n=1)
        if key in message and f"'{label}'" in message and close:
            message += f"\nDid you mean '{close[0]}', which is one of scoring_runs?"
    raise scenario.refusal(message)


def _plan(project: Project, scenario: Scenario, force: bool, on_progress: Tell | None) -> list[ScoringRun]:
    """For each scoring run, the completed run that serves, if one does. Vars are checked on the way."""
    plan: list[ScoringRun] = []
    taken: set[str] = set()
    for number, (name, variables) in enumerate(scenario.runs.items(), start=1):
        if on_progress is not None:
            on_progress(f"looking for {name}", number, len(scenario.runs))
        try:
            fingerprints = take_fingerprints(project, variables)
        except LaunchError as error:
            raise scenario.refusal(str(error), scenario.own_key_of(name)) from error
        found = None if force else find_equal_run(project, fingerprints, name, taken)
        if found is not None:
            taken.add(found.run_id)
        plan.append(ScoringRun(name, found is not None, found))
    return plan


def _group(project: Project, scenario: Scenario, plan: list[ScoringRun]) -> int:
    """The group that the scenario names; else that of its runs which are there already; else the next free one."""
    if scenario.group_id is not None:
        return scenario.group_id
    known = [
        step.run.group_id
        for step in plan
        if step.run is not None and step.run.group_description == scenario.group_description
    ]
    if known:
        return max(known)
    rows = project.query("select coalesce(max(group_id), 0) + 1 as next_group from main_runs.run_registry")
    return int(rows[0]["next_group"])


def _score(
    project: Project, scenario: Scenario, name: str, group_id: int, on_node: NodeProgress | None
) -> RegisteredRun:
    given = scenario.runs[name]
    # The views of another run of the scenario may stand in their place by now.
    make_what_if_views(project, given, on_node)
    answer = project.dbt(
        "build",
        "--selector",
        "scoring_job",
        variables={
            **_of_the_launcher(scenario, group_id),
            **given,
            "run_description": name,
        },
        on_node=on_node,
    )
    try:
        return run_of(project, answer)
    except LaunchError as error:
        raise LaunchError(f"scoring {name} has failed:\n{error}") from error


def _of_the_launcher(scenario: Scenario, group_id: int) -> dict[str, Any]:
    return {"group_id": group_id, "group_description": scenario.group_description, "trigger_source": "hhs-hcc"}


def node_progress(on_progress: Tell | None, what: str) -> NodeProgress | None:
    """Progress of the nodes of one dbt command, told as that of what they are for."""
    if on_progress is None:
        return None
    return lambda index, total: on_progress(what, index, total)
