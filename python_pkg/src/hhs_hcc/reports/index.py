"""The list of all runs, with what they found and links to their reports."""

import shlex
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports.command import OUT
from hhs_hcc.reports.decomposition.data import read_decomposition
from hhs_hcc.reports.decomposition.report import headline
from hhs_hcc.reports.decomposition.words import metric_of
from hhs_hcc.reports.page import INDEX, PAGE, render
from hhs_hcc.reports.queries import ask
from hhs_hcc.runs import causes
from hhs_hcc.terminal import is_small, member_cell
from hhs_hcc.warehouse import AnalysisType, Row, RunNotFoundError, Warehouse

_REPORTS = {
    AnalysisType.SCORING: "run",
    AnalysisType.COMPARISON: "comparison",
    AnalysisType.DECOMPOSITION: "decomposition",
}
# Of the runs that a run reads or that read it.
_MOST_NAMED = 20
_COMMIT_LETTERS = 8
_MINUTE = 60


@dataclass(frozen=True)
class Link:
    """A report: where it is, or how it is made.

    Attributes:
        href: The page, seen from the index; None if it is not there.
        command: What makes it.
    """

    href: str | None
    command: str


@dataclass(frozen=True)
class Finding:
    """What the newest analysis of a kind found, in a sentence or two."""

    title: str
    text: str
    report: Link


@dataclass(frozen=True)
class ListedRun:
    """A run as the list shows it.

    Attributes:
        run: Its row of the registry.
        anchor: Its id on the page; None where an older run of the same id has it already.
        name: Its description, or what stands for it.
        tables: Which years' tables on which years' data; empty where the run scores nothing.
        members: A count, or that there are few.
        mean: The mean score; empty where there is none or few members stand behind it.
        took: How long.
        commit: The first letters of the git commit.
        report: Its report; None where the run has no results.
        reads: (run_id, name) of the runs that it reads.
        read_by: (run_id, name) of the runs that read it.
        causes: What failed.
    """

    run: Row
    anchor: str | None
    name: str
    tables: str
    members: str
    mean: str
    took: str
    commit: str
    report: Link | None
    reads: list[tuple[str, str]]
    read_by: list[tuple[str, str]]
    causes: str


def write_index(warehouse: Warehouse, out: Path) -> Path:
    """Write the list of all runs.

    Args:
        warehouse: The open database.
        out: The folder of all reports; those that are there are linked.

    Returns:
        The page.

    Raises:
        RunNotFoundError: If no run has been registered.
        HhsHccError: If the folder cannot be written.
    """
    warehouse.require_registry()
    runs = listed_runs(warehouse, out)
    html = render(
        "index.html",
        runs=runs,
        findings=findings(warehouse, out),
        lag=_link(out, "lag", "lag"),
        types=_values(runs, "analysis_type"),
        statuses=_values(runs, "status"),
        groups=_groups(runs),
        most_named=_MOST_NAMED,
    )
    page = out / INDEX
    try:
        out.mkdir(parents=True, exist_ok=True)
        page.write_text(html, encoding="utf-8")
    except OSError as error:
        raise HhsHccError(f"{page} cannot be written: {error.strerror}. Choose another folder with --out.") from error
    return page


def listed_runs(warehouse: Warehouse, out: Path) -> list[ListedRun]:
    """All runs of the registry, newest first.

    Args:
        warehouse: The open database.
        out: The folder of all reports.
    """
    rows = list(ask(warehouse, "index/runs").frame.iter_rows(named=True))
    names = {row["run_id"]: _name(row) for row in reversed(rows)}
    reads, read_by = defaultdict(list), defaultdict(list)
    if _has_table(warehouse, "main_runs", "batch_runs"):
        for batch_id, run_id, _ in ask(warehouse, "index/reads").frame.iter_rows():
            reads[batch_id].append((run_id, names.get(run_id, run_id)))
            read_by[run_id].append((batch_id, names.get(batch_id, batch_id)))
    seen: set[str] = set()
    runs = []
    for row in rows:
        run_id = row["run_id"]
        few = is_small(row["member_count"])
        runs.append(
            ListedRun(
                run=row,
                anchor=None if run_id in seen else f"run-{run_id}",
                name=_name(row),
                tables=f"{row['model_year']} tables, {row['benefit_year']} data" if row["model_year"] else "",
                members=member_cell(row["member_count"]),
                mean="" if few or row["mean_score"] is None else f"{row['mean_score']:.3f}",
                took=_took(row["elapsed_seconds"]),
                commit=_commit(row),
                report=_report(out, row) if row["status"] == "completed" else None,
                reads=reads[run_id],
                read_by=[] if run_id in seen else read_by[run_id],
                causes=causes(row["error_summary"]),
            )
        )
        seen.add(run_id)
    return runs


def findings(warehouse: Warehouse, out: Path) -> list[Finding]:
    """What the newest decomposition and the newest comparison found; none of a kind that has not run."""
    found = [_newest_decomposition(warehouse, out), _newest_comparison(warehouse, out)]
    return [one for one in found if one is not None]


def _newest_decomposition(warehouse: Warehouse, out: Path) -> Finding | None:
    try:
        run = warehouse.completed_run(AnalysisType.DECOMPOSITION, None)
    except RunNotFoundError:
        return None
    title, link = "Why the score moved", _report(out, run)
    try:
        found = read_decomposition(warehouse, run["run_id"])
    except HhsHccError:
        return Finding(title, f"The newest decomposition cannot be shown: {link.command} says why.", link)
    text = "Few members stand behind the newest decomposition." if found.is_hidden else headline(found)
    return Finding(title, text, link)


def _newest_comparison(warehouse: Warehouse, out: Path) -> Finding | None:
    if not _has_table(warehouse, "main_analytics", "comparison_summary"):
        return None
    try:
        run = warehouse.completed_run(AnalysisType.COMPARISON, None)
    except RunNotFoundError:
        return None
    rows = list(ask(warehouse, "index/comparison", batch_id=run["run_id"]).frame.iter_rows(named=True))
    if not rows:
        return None
    (row,) = rows
    link = _report(out, run)
    title = "What changed between two runs"
    if is_small(row["matched_count"]) or not row["matched_count"]:
        shared = member_cell(row["matched_count"])
        return Finding(title, f"The two runs of the newest comparison share {shared} members.", link)
    metric = metric_of({"metric": "mean"})
    before, after = row["matched_mean_a"], row["matched_mean_b"]
    moved = "did not change" if before == after else "rose" if after > before else "fell"
    text = (
        f"Over the {row['matched_count']:,} members whom both runs of the newest comparison score, the mean risk score "
        f"{moved}: {metric.value(before)}, then {metric.value(after)} ({metric.change(after - before)})."
    )
    return Finding(title, text, link)


def _report(out: Path, run: Row) -> Link:
    kind = _REPORTS[AnalysisType(run["analysis_type"])]
    return _link(out, f"{kind}-{run['run_id']}", f"{kind} {run['run_id']}")


def _link(out: Path, folder: str, arguments: str) -> Link:
    href = f"{folder}/{PAGE}" if (out / folder / PAGE).is_file() else None
    elsewhere = "" if out == OUT else f" --out {shlex.quote(str(out))}"
    return Link(href, f"hhs-hcc report {arguments}{elsewhere}")


def _name(run: Row) -> str:
    return str(run["run_description"] or f"{run['analysis_type']} run without a description")


def _took(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s"


def _commit(run: Row) -> str:
    commit = (run["git_commit"] or "")[:_COMMIT_LETTERS]
    return f"{commit}, with changes not committed" if commit and run["git_is_dirty"] else commit


def _values(runs: Iterable[ListedRun], column: str) -> list[Any]:
    return sorted({one.run[column] for one in runs if one.run[column] is not None})


def _groups(runs: Iterable[ListedRun]) -> list[tuple[int, str]]:
    """(group_id, description), newest first."""
    described = {one.run["group_id"]: one.run["group_description"] or "" for one in runs}
    return sorted(((group, text) for group, text in described.items() if group is not None), reverse=True)


def _has_table(warehouse: Warehouse, schema: str, table: str) -> bool:
    found = warehouse.rows("select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table])
    return bool(found)
