"""`hhs-hcc run` and `hhs-hcc replay`: the launcher from the command line.

Exit codes: 0 all went well, 1 something has failed or is not equal, 2 it could not be tried.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from hhs_hcc.errors import HhsHccError
from hhs_hcc.progress import progress

if TYPE_CHECKING:
    from hhs_hcc.launcher.project import DbtProject

ProjectDir = Annotated[Path, typer.Option("--project-dir", help="Folder of dbt_project.yml.")]
# What dbt does before its first node, as progress tells it.
_READING = ("reading the project", 1, 1)
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON, for programs.")]


def run_command(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER", help="Scenarios, or folders of scenarios.")],
    force: Annotated[bool, typer.Option("--force", help="Score again what is there already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be scored and what reused.")] = False,
    variables: Annotated[
        str | None, typer.Option("--vars", metavar="YAML", help="Vars that win over those of the file.")
    ] = None,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Run scenarios: score what they need and is not there yet, then compare or decompose.

    Of a folder, files whose names begin with _ or contain example or skip are passed over.
    """
    with _project(project_dir, as_json=as_json) as project:
        from hhs_hcc.launcher import LaunchError  # noqa: PLC0415 - imports dbt
        from hhs_hcc.launcher.launch import launch  # noqa: PLC0415
        from hhs_hcc.launcher.report import outcome_as_json, show_outcome  # noqa: PLC0415
        from hhs_hcc.launcher.scenario import read_scenario, scenario_files  # noqa: PLC0415

        overrides = _given(variables)
        scenarios = []
        # All are read before the first is run: a misspelt name in the last should not wait for the others.
        for path in paths:
            files, skipped = scenario_files(path)
            scenarios += [read_scenario(file, project.defaults, overrides) for file in files]
            if skipped:
                _say(f"passed over: {', '.join(file.name for file in skipped)}")
        outcomes = []
        failed = []
        for number, scenario in enumerate(scenarios, start=1):
            place = f"scenario {number} of {len(scenarios)}" if len(scenarios) > 1 else ""
            try:
                with progress(place, as_json=as_json) as tell:
                    tell(*_READING)
                    outcome = launch(project, scenario, force=force, dry_run=dry_run, on_progress=tell)
            except LaunchError as error:
                _say(f"error: {scenario.source}: {error}")
                failed.append(scenario.source)
                continue
            outcomes.append(outcome)
            if not as_json:
                show_outcome(outcome, Console())
        if as_json:
            print(json.dumps({"outcomes": [outcome_as_json(one) for one in outcomes], "failed": failed}, indent=2))
        if failed:
            if len(scenarios) > 1:
                _say(f"{len(failed)} of {len(scenarios)} scenarios have failed: {', '.join(failed)}")
            _say("Runs that had completed before are kept: the same command goes on from there.")
            raise typer.Exit(1)


def replay_command(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A completed scoring run.")],
    force: Annotated[bool, typer.Option("--force", help="Score even if data or CMS tables have changed.")] = False,
    project_dir: ProjectDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Score an old run again, as a new run, and say whether the scores are equal."""
    with _project(project_dir, as_json=as_json) as project:
        from hhs_hcc.launcher import LaunchError  # noqa: PLC0415 - imports dbt
        from hhs_hcc.launcher.replay import replay  # noqa: PLC0415
        from hhs_hcc.launcher.report import replay_as_json, show_replay  # noqa: PLC0415

        try:
            with progress(as_json=as_json) as tell:
                tell(*_READING)
                outcome = replay(project, run_id, force=force, on_progress=tell)
        except LaunchError as error:
            _say(f"error: {error}")
            raise typer.Exit(1) from None
        if as_json:
            print(json.dumps(replay_as_json(outcome), indent=2))
        else:
            show_replay(outcome, Console())
        if not outcome.is_equal:
            raise typer.Exit(1)


@contextmanager
def _project(folder: Path, *, as_json: bool) -> Iterator["DbtProject"]:
    """The project, and its database closed at the end. dbt is imported here: it takes seconds, and is an extra."""
    try:
        with progress(as_json=as_json) as tell:
            tell("starting dbt", 1, 1)
            from hhs_hcc.launcher.project import DbtProject  # noqa: PLC0415
    except ImportError as error:
        raise HhsHccError("This command drives dbt: install the package as hhs-hcc[dbt].") from error
    project = DbtProject(folder)
    try:
        yield project
    finally:
        project.close()


def _given(variables: str | None) -> Mapping[str, Any]:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with dbt

    try:
        given = yaml.safe_load(variables) if variables else {}
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise HhsHccError(f"--vars is no YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}.") from error
    if not isinstance(given, dict):
        raise HhsHccError("--vars is no mapping of vars to values. Give e.g. --vars '{edition: cms_software}'.")
    return given


def _say(text: str) -> None:
    print(text, file=sys.stderr)
