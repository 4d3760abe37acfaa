"""Score an old run again, from what the registry remembers of it, and say whether the scores are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhs_hcc.errors import HhsHccError
from hhs_hcc.launcher.launch import node_progress
from hhs_hcc.launcher.project import DbtProject, Project
from hhs_hcc.launcher.registry import (
    Fingerprints,
    RegisteredRun,
    find_runs,
    make_what_if_views,
    run_of,
    take_fingerprints,
)
from hhs_hcc.launcher.settings import scoring_settings
from hhs_hcc.progress import Tell

# What another one of makes the same scores impossible, or no test of anything.
ESSENTIAL = ("input_fingerprint", "cms_tables_hash")


class ReplayError(HhsHccError):
    """The run named cannot be replayed."""


@dataclass(frozen=True)
class Difference:
    """A fingerprint that is another one than the run was made with."""

    name: str
    recorded: str | None
    present: str | None


@dataclass(frozen=True)
class ReplayOutcome:
    """What came of a replay.

    Attributes:
        original: The run replayed.
        differences: Fingerprints that have changed since.
        replayed: The new run; None if the scores cannot be rebuilt, because data or tables have changed.
    """

    original: RegisteredRun
    differences: tuple[Difference, ...]
    replayed: RegisteredRun | None

    @property
    def is_equal(self) -> bool:
        """Whether the new run has given the same scores to the same members."""
        return self.replayed is not None and self.replayed.output_hash == self.original.output_hash


def replay_run(
    run_id: str, *, project_dir: Path | None = None, force: bool = False, on_progress: Tell | None = None
) -> ReplayOutcome:
    """Score an old run again with its recorded settings, as a new run, and compare the output hashes.

    Args:
        run_id: A completed scoring run.
        project_dir: Folder of dbt_project.yml; the current one by default.
        force: Score even if data or CMS tables have changed since.
        on_progress: Called as work goes on.

    Raises:
        ReplayError: If there is no such run, or it is none that can be replayed.
        LaunchError: If the new run fails.
    """
    project = DbtProject(project_dir or Path())
    try:
        return replay(project, run_id, force=force, on_progress=on_progress)
    finally:
        project.close()


def replay(project: Project, run_id: str, *, force: bool = False, on_progress: Tell | None = None) -> ReplayOutcome:
    """The same on a project that stays open."""
    original = _find(project, run_id)
    settings = _settings(project, original)
    differences = _differences(original, take_fingerprints(project, settings))
    if not force and any(difference.name in ESSENTIAL for difference in differences):
        return ReplayOutcome(original, differences, None)
    description = f"replay of {original.run_id}"
    on_node = node_progress(on_progress, description)
    make_what_if_views(project, settings, on_node)
    answer = project.dbt(
        "build",
        "--selector",
        "scoring_job",
        variables={
            **settings,
            "run_description": description,
            "group_description": description,
            "trigger_source": "hhs-hcc",
        },
        on_node=on_node,
    )
    return ReplayOutcome(original, differences, run_of(project, answer))


def _find(project: Project, run_id: str) -> RegisteredRun:
    found = find_runs(project, "run_id = ?", (run_id.strip().lower(),))
    if not found:
        newest = find_runs(project, "status = 'completed' and analysis_type = 'scoring'")[:5]
        known = [
            f"  {run.run_id}  {run.started_at:%Y-%m-%d %H:%M}  {run.run_description or ''}".rstrip() for run in newest
        ]
        raise ReplayError(
            f"There is no run {run_id}. "
            + ("The newest scoring runs:\n" + "\n".join(known) if known else "No scoring run has completed yet.")
        )
    run = found[0]
    if run.analysis_type != "scoring":
        rows = project.query(
            "select distinct run_id from main_runs.batch_runs where batch_id = ? order by all", [run.run_id]
        )
        raise ReplayError(
            f"Run {run.run_id} is a {run.analysis_type}, which has no scores of its own. Replay the scoring runs that "
            "it reads: " + ", ".join(row["run_id"] for row in rows)
        )
    if run.status != "completed":
        raise ReplayError(f"Run {run.run_id} is {run.status}: there is no result to compare a replay with.")
    return run


def _settings(project: Project, original: RegisteredRun) -> dict[str, Any]:
    """The recorded vars that decide scores, as vars for a new run."""
    recorded = scoring_settings(original.resolved_vars)
    unknown = {name: value for name, value in recorded.items() if name not in project.defaults}
    lost = sorted(name for name, value in unknown.items() if value is not None)
    if lost:
        raise ReplayError(
            f"Run {original.run_id} was made with vars that the project no longer has: {', '.join(lost)}. "
            "Check out the commit that the registry names (git_commit) and replay there."
        )
    return {name: value for name, value in recorded.items() if name not in unknown}


def _differences(original: RegisteredRun, present: Fingerprints) -> tuple[Difference, ...]:
    names = (*ESSENTIAL, "package_hash", "duckdb_version")
    pairs: Mapping[str, tuple[str | None, str | None]] = {
        name: (getattr(original, name), getattr(present, name)) for name in names
    }
    return tuple(Difference(name, before, now) for name, (before, now) in pairs.items() if before != now)
