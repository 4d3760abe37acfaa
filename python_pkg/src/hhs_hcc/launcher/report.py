"""How outcomes of the launcher are shown: tables for people, JSON for programs. Figures of few members are left out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hhs_hcc.launcher.launch import ScenarioOutcome, ScoringRun
from hhs_hcc.launcher.replay import ReplayOutcome
from hhs_hcc.launcher.results import ComparisonResults, DecompositionResults
from hhs_hcc.terminal import as_json, is_small, member_cell, say

BAR_WIDTH = 20
# Of a summary's row, what says which batch it is.
_KEYS = ("batch_id", "run_id_a", "run_id_b", "created_at")
_COUNTS = ("_count", "_count_a", "_count_b")
_MEANINGS = {
    "input_fingerprint": "the data (or the relations that the run read)",
    "cms_tables_hash": "the CMS tables of its model year",
    "package_hash": "the package hhs_hcc",
    "duckdb_version": "DuckDB, on whose version the fingerprint of the data depends",
}


def show_outcome(outcome: ScenarioOutcome, console: Console) -> None:
    """The scoring runs of a scenario, its result, and what to do next."""
    table = Table(title=escape(_title(outcome)), title_justify="left")
    table.add_column("scoring run", overflow="fold")
    table.add_column("")
    for heading in ("tables", "data", "members", "mean score"):
        table.add_column(heading, justify="right")
    for step in outcome.scoring_runs:
        table.add_row(escape(step.name), *_run_cells(step, outcome.is_rehearsal))
    if outcome.scoring_runs:
        console.print(table)
    # Below the table, so that no terminal is too narrow to copy an id.
    ids = [f"  {step.run.run_id}  {step.name}" for step in outcome.scoring_runs if step.run]
    say(console, *ids)
    if isinstance(outcome.results, ComparisonResults):
        _show_comparison(outcome.results, console)
    if isinstance(outcome.results, DecompositionResults):
        _show_waterfall(outcome.results, console)
    say(console, *_next(outcome))


def show_replay(outcome: ReplayOutcome, console: Console) -> None:
    """Whether a replay has given the same scores, and what has changed since the run."""
    say(console, *_replay_lines(outcome))


def outcome_as_json(outcome: ScenarioOutcome) -> dict[str, Any]:
    """A scenario's outcome as JSON values; decimals as text, so that no digit is lost."""
    found: dict[str, Any] = {
        "name": outcome.name,
        "kind": outcome.kind,
        "is_dry_run": outcome.is_rehearsal,
        "group_id": outcome.group_id,
        "scoring_runs": [_run_as_json(step) for step in outcome.scoring_runs],
        "batch_id": outcome.batch_id,
    }
    if isinstance(outcome.results, ComparisonResults):
        found["comparison_summary"] = as_json(_without_small_cells(outcome.results.figures))
    if isinstance(outcome.results, DecompositionResults):
        found["decomposition"] = as_json(outcome.results.header)
        found["drivers"] = [
            {
                "driver_name": driver.name,
                "driver_type": driver.driver_type,
                "impact_value": None if is_small(driver.member_count) else str(driver.impact),
                "member_count": None if is_small(driver.member_count) else driver.member_count,
            }
            for driver in outcome.results.drivers
        ]
    return found


def replay_as_json(outcome: ReplayOutcome) -> dict[str, Any]:
    """A replay's outcome as JSON values."""
    return {
        "run_id": outcome.original.run_id,
        "replayed_as": outcome.replayed.run_id if outcome.replayed else None,
        "is_equal": outcome.is_equal,
        "output_hash": outcome.original.output_hash,
        "output_hash_of_replay": outcome.replayed.output_hash if outcome.replayed else None,
        "differences": [
            {"name": one.name, "recorded": one.recorded, "present": one.present} for one in outcome.differences
        ],
    }


def _title(outcome: ScenarioOutcome) -> str:
    if outcome.is_rehearsal:
        return f"{outcome.name} ({outcome.kind}): dry run, nothing was scored"
    return f"{outcome.name} ({outcome.kind}), group {outcome.group_id}"


def _run_cells(step: ScoringRun, is_rehearsal: bool) -> tuple[str, ...]:
    if step.run is None:
        return ("to be scored", "", "", "", "")
    done = "would be reused" if is_rehearsal else "reused" if step.is_reused else "scored"
    members, mean = step.run.member_count, step.run.mean_score
    figures = ("-", "-") if members is None or mean is None else (f"{members:,}", f"{mean:.4f}")
    if is_small(members):
        figures = (member_cell(members), "-")
    return (done, str(step.run.model_year), str(step.run.benefit_year), *figures)


def _show_comparison(results: ComparisonResults, console: Console) -> None:
    figures = _without_small_cells(results.figures)
    sides = Table("figure", title="comparison", title_justify="left")
    for heading in ("a", "b", "b - a"):
        sides.add_column(heading, justify="right")
    others = Table("figure", "", title="between a and b", title_justify="left")
    others.columns[1].justify = "right"
    for name, value in figures.items():
        stem = name.removesuffix("_a").removesuffix("_b").removesuffix("_diff")
        if f"{stem}_a" not in figures:
            others.add_row(name.replace("_", " "), _cell(value))
        elif name.endswith("_a"):
            other = figures[f"{stem}_b"]
            moved = None if value is None or other is None else other - value
            sides.add_row(stem.replace("_", " "), _cell(value), _cell(other), _cell(moved))
    console.print(sides, others)


def _show_waterfall(results: DecompositionResults, console: Console) -> None:
    header = results.header
    table = Table(
        title=escape(f"{header['batch_name']}: {header['metric']}, {header['method']}, {header['population_mode']}"),
        title_justify="left",
    )
    table.add_column("driver")
    for heading in ("impact", "running", "members"):
        table.add_column(heading, justify="right")
    table.add_column("")
    largest = max((abs(driver.impact) for driver in results.drivers), default=Decimal(0))
    running = header["value_before"]
    table.add_row(escape(str(header["baseline"])), "", _cell(running), "", "")
    table.add_section()
    for driver in results.drivers:
        running += driver.impact
        if is_small(driver.member_count):
            table.add_row(escape(driver.name), "-", "-", member_cell(driver.member_count), "")
        else:
            members = member_cell(driver.member_count)
            table.add_row(
                escape(driver.name), f"{driver.impact:+,.4f}", _cell(running), members, _bar(driver.impact, largest)
            )
    table.add_section()
    table.add_row(
        escape(str(header["actual"])), f"{header['total_change']:+,.4f}", _cell(header["value_after"]), "", ""
    )
    console.print(table)


def _bar(impact: Decimal, largest: Decimal) -> str:
    length = round(BAR_WIDTH * abs(impact) / largest) if largest else 0
    return ("[red]" if impact < 0 else "[green]") + "█" * length + "[/]" if length else ""


def _next(outcome: ScenarioOutcome) -> tuple[str, ...]:
    if outcome.is_rehearsal:
        return ("Next: the same command without --dry-run.",)
    group = f"  hhs-hcc runs --group {outcome.group_id}"
    if outcome.batch_id:
        report = f"  hhs-hcc report {outcome.kind} {outcome.batch_id}"
        return (f"batch_id {outcome.batch_id}. Next:", report, group)
    last = outcome.scoring_runs[-1].run
    return ("Next:", f"  hhs-hcc show {last.run_id}", f"  hhs-hcc report run {last.run_id}", group) if last else ()


def _replay_lines(outcome: ReplayOutcome) -> tuple[str, ...]:
    changed = [f"  {one.name}: {_MEANINGS[one.name]} is another since the run" for one in outcome.differences]
    if outcome.replayed is None:
        return (
            f"Run {outcome.original.run_id} cannot be rebuilt; what it was made of has changed:",
            *changed,
            "Next: bring that back (the registry names the load, and the git commit of seeds/cms), or replay with "
            "--force to see what the change does.",
        )
    said = (
        f"EQUAL: run {outcome.replayed.run_id} has the output hash of {outcome.original.run_id}: the same members, the "
        "same scores."
        if outcome.is_equal
        else f"NOT EQUAL: run {outcome.replayed.run_id} has other scores than {outcome.original.run_id}."
    )
    compare = f"  dbt build --select tag:comparison --vars '{{run_id_a: {outcome.original.run_id}, "
    ways = (
        (f"Next: hhs-hcc show {outcome.replayed.run_id}",)
        if outcome.is_equal
        else ("Next, see where they differ:", f"{compare}run_id_b: {outcome.replayed.run_id}}}'")
    )
    return (said, *(("Changed since the run:", *changed) if changed else ()), *ways)


def _run_as_json(step: ScoringRun) -> dict[str, Any]:
    run = step.run
    has_figures = run is not None and not is_small(run.member_count)
    return {
        "run_description": step.name,
        "is_reused": step.is_reused,
        "run_id": run.run_id if run else None,
        "member_count": run.member_count if run and has_figures else None,
        "mean_score": run.mean_score if run and has_figures else None,
    }


def _without_small_cells(figures: Mapping[str, Any]) -> dict[str, Any]:
    """A summary's row without its keys; None for a count of few members, and for means if either side has few."""
    shown = {name: value for name, value in figures.items() if name not in _KEYS}
    small = {name for name, value in shown.items() if name.endswith(_COUNTS) and is_small(value)}
    if small & {"member_count_a", "member_count_b", "matched_count"}:
        small = set(shown)
    return {name: None if name in small else value for name, value in shown.items()}


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float | Decimal):
        return f"{value:,.4f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
