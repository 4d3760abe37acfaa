"""`hhs-hcc runs`: the run registry, newest first."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from hhs_hcc.terminal import is_small, member_cell, print_json, say, shown_count
from hhs_hcc.warehouse import AnalysisType, Database, Row, open_warehouse

_COLUMNS = (
    "run_id, started_at, analysis_type, status, model_year, benefit_year, member_count, mean_score, run_description,"
    " group_id, error_summary"
)
# Also said in words, for those who see no colours.
_STYLES = {"failed": "red", "started": "yellow", "abandoned": "yellow"}
_CAUSES_SHOWN = 3
_LEFT_ALIGNED = {"run_id", "started (UTC)", "type", "status", "description"}


class RunStatus(StrEnum):
    """How far a run has come."""

    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    ABANDONED = "abandoned"


def runs_command(
    analysis_type: Annotated[
        AnalysisType | None,
        typer.Option("--type", metavar="TYPE", help="Only runs of this kind: scoring, comparison or decomposition."),
    ] = None,
    status: Annotated[
        RunStatus | None,
        typer.Option(metavar="STATUS", help="Only runs of this status: started, completed, failed or abandoned."),
    ] = None,
    group: Annotated[int | None, typer.Option(help="Only runs of this group_id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many runs to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON, for programs.")] = False,
    database: Database = None,
) -> None:
    """List runs, newest first."""
    wanted = {"analysis_type": analysis_type, "status": status, "group_id": group}
    filters = {name: value for name, value in wanted.items() if value is not None}
    where = " and ".join(f"{name} = ?" for name in filters) or "true"
    source = f"from main_runs.run_registry where {where}"
    with open_warehouse(database) as warehouse:
        warehouse.require_registry()
        values = list(filters.values())
        total = warehouse.rows(f"select count(*) as runs {source}", values)[0]["runs"]
        runs = warehouse.rows(f"select {_COLUMNS} {source} order by started_at desc, run_id limit ?", [*values, limit])
    if as_json:
        print_json({"runs": [_figures(run) for run in runs], "total": total})
        return
    console = Console()
    if not runs:
        asked = ", ".join(f"{name} {value}" for name, value in filters.items())
        say(console, f"No run{f' with {asked}' if asked else ''}. Next: hhs-hcc runs --help, or score with make demo.")
        return
    _print_table(runs, console)
    say(console, *_next(runs, total))


def _figures(run: Row) -> dict[str, Any]:
    few = is_small(run["member_count"])
    return run | {
        "member_count": shown_count(run["member_count"]),
        "mean_score": None if few else run["mean_score"],
    }


def _print_table(runs: list[Row], console: Console) -> None:
    """One line per run; where a terminal is too narrow for that, ids and descriptions follow below, to be copied."""
    whole = _table([_cells(run) for run in runs])
    needed = Measurement.get(console, console.options.update(max_width=100_000), whole).maximum
    if not console.is_terminal:
        # A pipe has no width: programs that take lines should get whole ones.
        console.width = max(console.width, needed)
    if needed <= console.width:
        console.print(whole)
        return
    numbered = []
    for number, run in enumerate(runs, 1):
        cells = _cells(run)
        del cells["run_id"], cells["description"]
        numbered.append({"#": str(number), **cells})
    console.print(_table(numbered))
    width = len(str(len(runs)))
    say(console, *(f"{n:>{width}}  {run['run_id']}  {run['run_description'] or ''}" for n, run in enumerate(runs, 1)))


def _table(rows: list[dict[str, str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    for heading in rows[0]:
        table.add_column(heading, justify="left" if heading in _LEFT_ALIGNED else "right", overflow="fold")
    for cells in rows:
        table.add_row(*map(escape, cells.values()), style=_STYLES.get(cells["status"]))
    return table


def _cells(run: Row) -> dict[str, str]:
    few = is_small(run["member_count"])
    mean = run["mean_score"]
    return {
        "run_id": run["run_id"],
        "started (UTC)": f"{run['started_at']:%Y-%m-%d %H:%M}",
        "type": run["analysis_type"],
        "status": run["status"],
        "tables": str(run["model_year"] or ""),
        "data": str(run["benefit_year"] or ""),
        "members": member_cell(run["member_count"]),
        "mean": "" if mean is None else "-" if few else f"{mean:.4f}",
        "description": run["run_description"] or "",
        "group": "" if run["group_id"] is None else str(run["group_id"]),
    }


def _next(runs: list[Row], total: int) -> list[str]:
    lines = [] if len(runs) == total else [f"{len(runs)} of {total:,} runs; --limit {total} lists all."]
    lines.append("Next:")
    completed = {
        kind: [run["run_id"] for run in runs if run["analysis_type"] == kind and run["status"] == "completed"]
        for kind in AnalysisType
    }
    if scored := completed[AnalysisType.SCORING]:
        lines.append(f"  hhs-hcc show {scored[0]}")
        lines.append(f"  hhs-hcc report run {scored[0]}")
        lines.append(f"  hhs-hcc explain {scored[0]} MEMBER_ID")
    for kind in (AnalysisType.COMPARISON, AnalysisType.DECOMPOSITION):
        if completed[kind]:
            lines.append(f"  hhs-hcc report {kind} {completed[kind][0]}")
    failed = next((run for run in runs if run["status"] == "failed" and run["error_summary"]), None)
    if failed:
        lines.append(
            f"  {failed['run_id']} has failed ({causes(failed['error_summary'])}): correct that and run it again"
        )
    if lines[-1] == "Next:":
        lines.append("  hhs-hcc runs --type scoring --status completed")
    return lines


def causes(error_summary: str | None) -> str:
    """What failed, without the nodes that were skipped because of it: there may be hundreds."""
    problems = (error_summary or "").split("; ")
    failed = [problem for problem in problems if not problem.endswith(": skipped")] or problems
    more = len(failed) - _CAUSES_SHOWN
    return "; ".join(failed[:_CAUSES_SHOWN]) + (f"; and {more} more" if more > 0 else "")
