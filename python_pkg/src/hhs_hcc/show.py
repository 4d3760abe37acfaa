"""`hhs-hcc show`: what a scoring run gave, read from the database, as aggregates."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.errors import HhsHccError
from hhs_hcc.tables import METAL_LEVELS, MODELS

if TYPE_CHECKING:
    import duckdb

# Aggregates of fewer members could be told apart: they are not shown.
SMALLEST_CELL = 11


class RunNotFoundError(HhsHccError):
    """The database holds no such run."""


@dataclass(frozen=True)
class RunSummary:
    """A scoring run in figures.

    Attributes:
        run: The row of run_registry.
        rejected: Reason and members.
        segments: Metal level, model, members, member months, mean risk score by member months.
        total: Members, member months, mean risk score by member months.
    """

    run: dict[str, Any]
    rejected: list[tuple[str, int]]
    segments: list[tuple[str, str, int, float, float]]
    total: tuple[int, float, float]


def summarise(database: Path, run_id: str | None) -> RunSummary:
    """Read a run; the newest completed scoring run if none is named.

    Raises:
        HhsHccError: If the database or the run does not exist, or DuckDB is not installed.
    """
    connection = _connect(database)
    try:
        run = _find_run(connection, run_id)
        values = [run["run_id"]]
        rejected = connection.execute(
            "select reject_reason, count(*) from main_runs.scores_rejected where run_id = ? group by all order by all",
            values,
        ).fetchall()
        measures = (
            "count(distinct member_id), cast(sum(member_months) as double), "
            "cast(sum(risk_score * member_months) / sum(member_months) as double)"
        )
        source = "from main_runs.risk_score_segments where run_id = ?"
        segments = connection.execute(f"select metal_level, model, {measures} {source} group by all", values).fetchall()
        total = connection.execute(f"select {measures} {source}", values).fetchall()[0]
    finally:
        connection.close()
    in_order = sorted(segments, key=lambda row: (METAL_LEVELS.index(row[0]), MODELS.index(row[1])))
    return RunSummary(run, rejected, in_order, total)


def show_command(
    run_id: Annotated[str | None, typer.Argument(help="The run. (default: the newest completed one)")] = None,
    database: Annotated[
        Path | None, typer.Option(help="The DuckDB file. (default: RA_DUCKDB_PATH, or risk_adjustment.duckdb)")
    ] = None,
) -> None:
    """Show a scoring run: members, rejects, and mean scores by metal level and model."""
    summary = summarise(database or Path(os.environ.get("RA_DUCKDB_PATH", "risk_adjustment.duckdb")), run_id)
    run = summary.run
    reasons = ", ".join(f"{reason} {members:,}" for reason, members in summary.rejected)
    provisional = ", provisional" if run["is_provisional"] else ""
    lines = (
        f"run_id   {run['run_id']}" + (f"  ({run['run_description']})" if run["run_description"] else ""),
        f"scored   {run['member_count']:,} members: CMS tables of {run['model_year']} ({run['model_version']}, "
        f"{run['edition']}) on data of {run['benefit_year']}{provisional}",
        f"rejected {run['rejected_count']:,} members" + (f": {reasons}" if reasons else ""),
        f"elapsed  {run['elapsed_seconds']:.1f} s",
    )
    console = Console()
    _say(console, "", *lines, "")
    table = Table()
    for heading in ("metal level", "model"):
        table.add_column(heading)
    for heading in ("members", "member months", "mean risk score"):
        table.add_column(heading, justify="right")
    for metal, model, members, months, mean in summary.segments:
        table.add_row(metal, model, *_cells(members, months, mean))
    table.add_section()
    table.add_row("all", "all", *_cells(*summary.total))
    console.print(table)
    _say(console, "Means are weighted by member months. Next, try (after `. .venv/bin/activate`):", *_next(run))


def _next(run: dict[str, Any]) -> tuple[str, ...]:
    earlier = run["model_year"] - 1
    what_if = f"diy_model_year: {earlier}, benefit_year: {run['benefit_year']}, run_description: tables of {earlier}"
    return (
        f"  dbt build --select tag:scoring --vars '{{{what_if}}}'",
        '  dbt show --inline "select * from main_runs.agg_plrs_by_plan order by member_months desc"',
        '  dbt show --inline "select run_id, status, model_year, member_count, mean_score from main_runs.run_registry"',
    )


def _cells(members: int, months: float, mean: float) -> tuple[str, str, str]:
    if members < SMALLEST_CELL:
        return f"< {SMALLEST_CELL}", "-", "-"
    return f"{members:,}", f"{months:,.0f}", f"{mean:.3f}"


def _say(console: Console, *lines: str) -> None:
    """Lines as they are: a description is no markup, and commands are copied whole."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _connect(database: Path) -> "duckdb.DuckDBPyConnection":
    try:
        import duckdb  # noqa: PLC0415 - only the commands that read the warehouse need it
    except ImportError as error:
        raise HhsHccError("This command reads a DuckDB file: install the package as hhs-hcc[dbt].") from error
    if not database.is_file():
        raise HhsHccError(f"There is no database {database}. Score first, for example with `make demo`.")
    try:
        return duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise HhsHccError(
            f"{database} cannot be opened: another process is writing to it, or it is not a DuckDB file. "
            "Wait for that process to end and try again."
        ) from error


def _find_run(connection: "duckdb.DuckDBPyConnection", run_id: str | None) -> dict[str, Any]:
    exists = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'main_runs' and table_name = 'run_registry'"
    ).fetchall()
    if not exists:
        raise RunNotFoundError("The database has no run registry yet. Score first: dbt build --select +tag:scoring")
    newest = connection.execute(
        "select run_id from main_runs.run_registry where status = 'completed' and analysis_type = 'scoring'"
        " order by started_at desc limit 3"
    ).fetchall()
    if not run_id and not newest:
        raise RunNotFoundError("No scoring run has completed yet. Score first: dbt build --select +tag:scoring")
    found = connection.execute("select * from main_runs.run_registry where run_id = ?", [run_id or newest[0][0]])
    rows = found.fetchall()
    if rows:
        run = dict(zip([column[0] for column in found.description], rows[0], strict=True))
        if run["status"] == "completed" and run["analysis_type"] == "scoring":
            return run
        raise RunNotFoundError(f"Run {run_id} is a {run['analysis_type']} run and is {run['status']}: nothing to show.")
    known = ", ".join(row[0] for row in newest) or "none"
    raise RunNotFoundError(f"There is no run {run_id}; the newest completed scoring runs: {known}.")
