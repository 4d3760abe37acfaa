"""Scoring runs in the registry, and what one with given vars would be made of today."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hhs_hcc.errors import HhsHccError
from hhs_hcc.launcher.project import Answer, NodeProgress, Project
from hhs_hcc.launcher.settings import scoring_settings

RUN_COLUMNS = (
    "run_id, analysis_type, status, run_description, started_at, elapsed_seconds, group_id, group_description, "
    "model_year, benefit_year, member_count, mean_score, resolved_vars, input_fingerprint, cms_tables_hash, "
    "package_hash, output_hash, tool_versions ->> 'duckdb' as duckdb_version"
)


class LaunchError(HhsHccError):
    """A run has failed; the message is dbt's."""


@dataclass(frozen=True)
class RegisteredRun:
    """A row of run_registry, as far as the launcher looks at it. `resolved_vars` are parsed."""

    run_id: str
    analysis_type: str
    status: str
    run_description: str | None
    started_at: datetime
    elapsed_seconds: float | None
    group_id: int
    group_description: str | None
    model_year: int | None
    benefit_year: int | None
    member_count: int | None
    mean_score: float | None
    resolved_vars: Mapping[str, Any]
    input_fingerprint: str | None
    cms_tables_hash: str | None
    package_hash: str | None
    output_hash: str | None
    duckdb_version: str | None


@dataclass(frozen=True)
class Fingerprints:
    """What a scoring run would be made of: the same words as in the registry.

    Attributes:
        settings: The vars that decide scores.
        input_fingerprint: Over the staged data, or over the relations that the vars name.
        cms_tables_hash: Over the CMS tables of the model year.
        package_hash: Over the sources of hhs_hcc.
        duckdb_version: Input fingerprints of two versions cannot be compared.
    """

    settings: Mapping[str, Any]
    input_fingerprint: str | None
    cms_tables_hash: str | None
    package_hash: str | None
    duckdb_version: str | None


def find_runs(project: Project, condition: str, values: tuple[Any, ...] = ()) -> list[RegisteredRun]:
    """Runs that satisfy a condition over run_registry, newest first."""
    rows = project.query(
        f"select {RUN_COLUMNS} from main_runs.run_registry where {condition} order by started_at desc",  # noqa: S608
        values,
    )
    return [RegisteredRun(**{**row, "resolved_vars": json.loads(row["resolved_vars"])}) for row in rows]


def run_of(project: Project, answer: Answer) -> RegisteredRun:
    """The run that a dbt command has made.

    Raises:
        LaunchError: If it has failed, or made none.
    """
    runs = find_runs(project, "invocation_id = ?", (answer.invocation_id,))
    if not answer.success or not runs or runs[0].status != "completed":
        raise LaunchError("\n".join(answer.errors) or "dbt has ended well and left no completed run in the registry.")
    return runs[0]


def take_fingerprints(
    project: Project, variables: Mapping[str, Any], on_node: NodeProgress | None = None
) -> Fingerprints:
    """What a scoring run with these vars would be made of now. What-if views that it reads are made for it.

    Raises:
        LaunchError: If a run with these vars cannot be made.
    """
    make_what_if_views(project, variables, on_node)
    answer = project.dbt("run-operation", "fingerprints", variables=variables)
    if not answer.success:
        raise LaunchError("\n".join(answer.errors))
    found = json.loads(answer.printed[-1])
    settings = scoring_settings(found.pop("vars"))
    return Fingerprints(settings=settings, **found)


def make_what_if_views(project: Project, variables: Mapping[str, Any], on_node: NodeProgress | None = None) -> None:
    """Build the what-if views that a run reads: vars are their parameters, so an earlier run may have left others."""
    models = project.what_if_models(variables)
    if not models:
        return
    # With what they are built on, as far as it is what-if, too.
    selection = [f"+{model},path:models/what_if" for model in models]
    answer = project.dbt("run", "--select", *selection, variables=variables, on_node=on_node)
    if not answer.success:
        raise LaunchError("\n".join(answer.errors))


def find_equal_run(
    project: Project, fingerprints: Fingerprints, description: str, taken: Container[str]
) -> RegisteredRun | None:
    """A completed scoring run of the same settings, data, tables and code; one of the same description if there is.

    Args:
        project: Where to look.
        fingerprints: What the run must be made of.
        description: Preferred among several.
        taken: Ids of runs that already stand for another description.
    """
    same_hashes = "input_fingerprint = ? and cms_tables_hash = ? and package_hash = ?"
    runs = find_runs(
        project,
        f"status = 'completed' and analysis_type = 'scoring' and {same_hashes}",
        (fingerprints.input_fingerprint, fingerprints.cms_tables_hash, fingerprints.package_hash),
    )
    equal = [
        run
        for run in runs
        if run.run_id not in taken and scoring_settings(run.resolved_vars, project.defaults) == fingerprints.settings
    ]
    return next((run for run in equal if run.run_description == description), equal[0] if equal else None)
