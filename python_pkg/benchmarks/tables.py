"""The results as Markdown, and their place in the README."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goals import goals
from stages import OTHER, STAGES

BEGIN = "<!-- benchmark: written by `make bench` -->"
END = "<!-- end of benchmark -->"


def markdown(results: Mapping[str, Any]) -> str:
    """Everything that a run measured."""
    parts = [_about(results), _sizes(results["sizes"]), _stages(results["sizes"])]
    if results.get("dbt"):
        parts.append(_dbt(results["dbt"]))
    parts.append(_goals(results))
    if results.get("peers"):
        parts.append(_peers(results["peers"]))
    return "\n\n".join(parts)


def replace_between_markers(text: str, block: str) -> str:
    """The text with the block between its two markers; nothing else of it changes.

    Raises:
        ValueError: If the markers are not there exactly once each, in this order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"The text must hold {BEGIN} once, and then {END} once: the table goes between them.")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def write_into(readme: Path, block: str) -> None:
    """Replace the table of a README; the errors are those of `replace_between_markers`."""
    readme.write_text(replace_between_markers(readme.read_text(encoding="utf-8"), block), encoding="utf-8")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1) -> str:
    """A Markdown table; columns after the first ones are numbers and stand to the right."""
    rule = ["---"] * text_columns + ["---:"] * (len(headings) - text_columns)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def _about(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    packages = machine["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("polars", "numpy", "duckdb") if name in packages)
    commit = machine["commit"][:10] or "no commit"
    changed = " with uncommitted changes" if machine["is_dirty"] else ""
    return (
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']:.0f} GB, Python {machine['python']}, "
        f"{versions}; {machine['measured_at'][:10]}, commit {commit}{changed}. Medians; each measurement is a "
        "process of its own, and those that are compared take turns. Invented members with 8 diagnoses, 4 fills and "
        f"5 services each, {results['mapped_share']:.0%} of the codes in a CMS table."
    )


def _sizes(sizes: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{int(members):,}",
            f"{found['bare_wall']:.2f}",
            f"{found['score_wall']:.2f}",
            f"{found['score_cpu']:.2f}",
            f"{int(members) / found['score_wall']:,.0f}",
            f"{found['score_per_bare']:.2f}",
            f"{found['evidence_wall']:.2f}",
            f"{found['evidence_per_score']:.2f}",
            f"{found['score_peak_mb']:,.0f}",
            f"{found['evidence_peak_mb']:,.0f}",
            f"{found['write_wall']:.2f}",
        ]
        for members, found in sizes.items()
    ]
    return table(
        (
            "members",
            "bare joins, s",
            "scores and components, s",
            "CPU s",
            "members/s",
            "/ joins",
            "with evidence, s",
            "/ without",
            "peak MB",
            "with evidence",
            "components to DuckDB, s",
        ),
        rows,
    )


def _stages(sizes: Mapping[str, Mapping[str, Any]]) -> str:
    names = [*STAGES, OTHER]
    rows = [["read (all columns)", *(f"{found['read_cpu']:.2f}" for found in sizes.values())]]
    rows += [
        [name, *(f"{found['stage_cpu'][name]:.2f}" if name in found["stage_cpu"] else "-" for found in sizes.values())]
        for name in names
    ]
    return table(("CPU seconds by stage", *(f"{int(members):,} members" for members in sizes)), rows)


def _dbt(runs: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            run["command"],
            f"{run['members']:,}",
            f"{run['seconds'] - run['test_seconds']:.0f}",
            f"{run['test_seconds']:.0f}",
            f"{run['cpu_seconds']:.0f}",
            f"{run['peak_mb']:,.0f}",
        ]
        for run in runs
    ]
    return table(("`dbt build`", "members", "building, s", "data tests, s", "CPU s", "peak MB"), rows)


def _goals(results: Mapping[str, Any]) -> str:
    rows = []
    for goal in goals(results):
        sign = "≥" if goal.at_least else "≤"
        shown = "-" if goal.measured is None else f"{_number(goal.measured)}{goal.unit}"
        rows.append([goal.what, f"{sign} {_number(goal.limit)}{goal.unit}", shown, goal.verdict])
    return table(("goal", "limit", "measured", ""), rows)


def _peers(peers: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    notes = []
    for peer in peers:
        name = f"{peer['name']} {peer['version']}"
        notes.append(f"* {name}: {peer['knows']}.")
        if "problem" in peer:
            rows.append([name, str(peer["model_year"]), f"not installed: {peer['problem']}", *["-"] * 6])
            continue
        agreed = peer["agreement"]
        rows.append(
            [
                name,
                str(peer["model_year"]),
                f"{peer['members']:,}",
                f"{peer['their_wall']:.1f}",
                f"{peer['our_wall']:.2f}",
                f"{peer['ratio']:.1f}x",
                f"{peer['process_ratio']:.1f}x",
                f"{peer['alone_ratio']:.1f}x",
                f"{agreed['share']:.1%}",
            ]
        )
        notes += [
            f"  * {members:,} of {agreed['members']:,} differ by: {cause}"
            for cause, members in sorted(agreed["causes"].items(), key=lambda entry: -entry[1])
        ]
    headings = (
        "from CSV files to CSV of scores",
        "model year",
        "members",
        "theirs, s",
        "ours, s",
        "ratio",
        "start of Python included",
        "calls alone / our scoring from Parquet",
        "same to 3 decimals",
    )
    return f"{table(headings, rows)}\n\n" + "\n".join(notes)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
