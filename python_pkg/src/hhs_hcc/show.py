"""`hhs-hcc show`: what a scoring run gave, read from the database, as aggregates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.tables import METAL_LEVELS, MODELS
from hhs_hcc.terminal import is_small, member_cell, print_json, say, shown_count
from hhs_hcc.warehouse import Database, Row, open_warehouse

# What programs get of the registry's row: what the run is, and what it was made of.
_RUN_KEYS = (
    "run_id",
    "run_description",
    "group_id",
    "started_at",
    "elapsed_seconds",
    "model_year",
    "model_version",
    "benefit_year",
    "edition",
    "is_provisional",
    "output_hash",
)


@dataclass(frozen=True)
class RunSummary:
    """A scoring run in figures.

    Attributes:
        run: The row of run_registry.
        rejected: reject_reason, members.
        segments: metal_level, model, members, months (of members), mean (risk score, by member months).
        total: members, months, mean, over all segments.
    """

    run: Row
    rejected: list[Row]
    segments: list[Row]
    total: Row


def summarise(database: Path | None, label: str | None) -> RunSummary:
    """Read a run; the newest completed scoring run if none is named.

    Raises:
        HhsHccError: If the database or the run does not exist, or DuckDB is not installed.
    """
    measures = (
        "cast(count(distinct member_id) as integer) as members, cast(sum(member_months) as double) as months, "
        "cast(sum(risk_score * member_months) / sum(member_months) as double) as mean"
    )
    source = "from main_runs.risk_score_segments where run_id = ?"
    with open_warehouse(database) as warehouse:
        run = warehouse.scoring_run(label)
        values = [run["run_id"]]
        rejected = warehouse.rows(
            "select reject_reason, count(*) as members from main_runs.scores_rejected where run_id = ?"
            " group by all order by all",
            values,
        )
        segments = warehouse.rows(f"select metal_level, model, {measures} {source} group by all", values)
        total = warehouse.rows(f"select {measures} {source}", values)[0]
    in_order = sorted(segments, key=lambda row: (METAL_LEVELS.index(row["metal_level"]), MODELS.index(row["model"])))
    return RunSummary(run, rejected, in_order, total)


def show_command(
    run_id: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN_ID", help="A run_id, a run_description, or latest. (default: the newest completed one)"
        ),
    ] = None,
    database: Database = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, for programs.")] = False,
) -> None:
    """Show a scoring run: members, rejects, and mean scores by metal level and model."""
    summary = summarise(database, run_id)
    if as_json:
        print_json(_figures(summary))
    else:
        _print(summary, Console())


def _figures(summary: RunSummary) -> dict[str, Any]:
    run = summary.run
    return {
        **{name: run[name] for name in _RUN_KEYS},
        "member_count": shown_count(run["member_count"]),
        "rejected_count": shown_count(run["rejected_count"]),
        "rejected": [
            {"reject_reason": row["reject_reason"], "member_count": shown_count(row["members"])}
            for row in summary.rejected
        ],
        "segments": [
            {"metal_level": row["metal_level"], "model": row["model"], **_measures(row)} for row in summary.segments
        ],
        "total": _measures(summary.total),
    }


def _measures(row: Row) -> dict[str, Any]:
    few = is_small(row["members"])
    return {
        "member_count": shown_count(row["members"]),
        "member_months": None if few else row["months"],
        "mean_risk_score": None if few else row["mean"],
    }


def _print(summary: RunSummary, console: Console) -> None:
    run = summary.run
    reasons = ", ".join(f"{row['reject_reason']} {member_cell(row['members'])}" for row in summary.rejected)
    provisional = ", provisional" if run["is_provisional"] else ""
    lines = (
        f"run_id   {run['run_id']}" + (f"  ({run['run_description']})" if run["run_description"] else ""),
        f"scored   {member_cell(run['member_count'])} members: CMS tables of {run['model_year']} "
        f"({run['model_version']}, {run['edition']}) on data of {run['benefit_year']}{provisional}",
        f"rejected {member_cell(run['rejected_count'])} members" + (f": {reasons}" if reasons else ""),
        f"elapsed  {run['elapsed_seconds']:.1f} s",
    )
    say(console, "", *lines, "")
    table = Table()
    for heading in ("metal level", "model"):
        table.add_column(heading)
    for heading in ("members", "member months", "mean risk score"):
        table.add_column(heading, justify="right")
    for row in summary.segments:
        table.add_row(row["metal_level"], row["model"], *_cells(row))
    table.add_section()
    table.add_row("all", "all", *_cells(summary.total))
    console.print(table)
    say(console, "Means are weighted by member months. Next, try (after `. .venv/bin/activate`):", *_next(run))


def _next(run: Row) -> tuple[str, ...]:
    earlier = run["model_year"] - 1
    what_if = f"diy_model_year: {earlier}, benefit_year: {run['benefit_year']}, run_description: tables of {earlier}"
    return (
        f"  hhs-hcc report run {run['run_id']}",
        f"  dbt build --select tag:scoring --vars '{{{what_if}}}'",
        "  hhs-hcc runs",
    )


def _cells(row: Row) -> tuple[str, str, str]:
    if is_small(row["members"]):
        return member_cell(row["members"]), "-", "-"
    return member_cell(row["members"]), f"{row['months']:,.0f}", f"{row['mean']:.3f}"
