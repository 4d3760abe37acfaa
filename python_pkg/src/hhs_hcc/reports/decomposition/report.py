"""The report of a decomposition: why a score moved, driver by driver, and the query behind each figure."""

import json
from decimal import Decimal

import polars as pl
from markupsafe import Markup

from hhs_hcc.reports.decomposition import figures
from hhs_hcc.reports.decomposition.bridge import bridge_figures
from hhs_hcc.reports.decomposition.data import Decomposition, read_decomposition
from hhs_hcc.reports.decomposition.words import METHODS, MINUS, PARTS, POPULATIONS
from hhs_hcc.reports.figure import Figure, KeyFigure, Report, Section
from hhs_hcc.terminal import SMALLEST_CELL, member_cell
from hhs_hcc.warehouse import Warehouse


def decomposition_report(warehouse: Warehouse, label: str | None) -> Report:
    """The report of a completed decomposition.

    Args:
        warehouse: The open database.
        label: A run_id, a run_description, or latest.

    Raises:
        RunNotFoundError: If there is no such run, or its results are gone.
        DriversDoNotAddUpError: If its drivers do not lead from the baseline to the actual.
    """
    found = read_decomposition(warehouse, label)
    name = found.run["run_description"] or found.header["batch_name"]
    return Report(
        folder=f"decomposition-{found.batch_id}",
        title="Why the score moved",
        subtitle=str(name),
        summary=_hidden_summary() if found.is_hidden else summary(found),
        key_figures=_key_figures(found),
        sections=[] if found.is_hidden else _sections(warehouse, found),
        provenance=_provenance(found),
    )


def summary(found: Decomposition) -> list[str]:
    """The finding in sentences, all from the data."""
    sentences = [_the_change(found)]
    if found.header["total_change"]:
        sentences += _the_drivers(found)
    if found.parts:
        by_part = found.steps.group_by("score_part").agg(pl.sum("impact_value"))
        impacts = dict(by_part.iter_rows())
        medical, drugs = (found.metric.change(impacts[part]) for part in PARTS)
        sentences.append(f"Of the change, {medical} is in the medical part of the scores and {drugs} in the drugs.")
    return sentences


def headline(found: Decomposition) -> str:
    """The change and its largest driver, for a list of reports."""
    largest = _largest(found)
    return _the_change(found) + (f" {_largest_words(found)} is {_told(found, *largest)}." if largest else "")


def _the_change(found: Decomposition) -> str:
    header, metric = found.header, found.metric
    before, after, change = header["value_before"], header["value_after"], header["total_change"]
    counts = (member_cell(header["member_count_before"]), member_cell(header["member_count_after"]))
    if header["is_churn_separate"]:
        over = f"over all members of each run, {counts[0]} and then {counts[1]}"
    else:
        over = f"over {counts[0]} {POPULATIONS[header['population_mode']]}"
    if not change:
        return f"The {metric.name} did not change: it is {metric.value(after)}, {over}."
    moved = f"{'rose' if change > 0 else 'fell'} from {metric.value(before)} to {metric.value(after)}"
    return f"The {metric.name} {moved} ({metric.change(change)}), {over}."


def _the_drivers(found: Decomposition) -> list[str]:
    largest = _largest(found)
    if largest is None:
        return []
    driver, impact = largest
    (description,) = found.drivers.filter(pl.col("driver") == driver)["description"]
    sentences = [f"{_largest_words(found)} is {_told(found, driver, impact)}: {description.rstrip('.')}."]
    others = [(name, value) for name, value in _shown(found) if value and name != driver]
    along = [_told(found, *one) for one in others if (one[1] > 0) == (impact > 0)]
    against = [_told(found, *one) for one in others if (one[1] > 0) != (impact > 0)]
    if along:
        sentences.append(f"The same way {'work' if len(along) > 1 else 'works'} {_listed(along)}.")
    if against:
        sentences.append(f"Against it {'work' if len(against) > 1 else 'works'} {_listed(against)}.")
    if found.together is not None:
        sentences.append(
            f"Drivers that few members stand behind are hidden, and so are those from which they could be worked out; "
            f"together they are {found.metric.change(found.together)}."
        )
    return sentences


def _shown(found: Decomposition) -> list[tuple[str, Decimal]]:
    """(driver, impact), those of largest impact first."""
    rows = found.drivers.filter(pl.col("impact_value").is_not_null()).select("driver", "impact_value").iter_rows()
    return sorted(rows, key=lambda row: abs(row[1]), reverse=True)


def _largest(found: Decomposition) -> tuple[str, Decimal] | None:
    shown = [row for row in _shown(found) if row[1]]
    return shown[0] if shown else None


def _largest_words(found: Decomposition) -> str:
    return "The largest driver" if found.together is None else "The largest driver that can be shown"


def _told(found: Decomposition, driver: str, impact: Decimal) -> str:
    return f"{driver} ({found.metric.change(impact)})"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _hidden_summary() -> list[str]:
    return [
        f"Fewer than {SMALLEST_CELL} members stand behind this decomposition: none of its figures can be shown without "
        "telling of single members. The database holds them."
    ]


def _key_figures(found: Decomposition) -> list[KeyFigure]:
    header, metric = found.header, found.metric
    values = [metric.value(header["value_before"]), metric.value(header["value_after"])]
    change, share = metric.change(header["total_change"]), ""
    if found.is_hidden:
        values, change = ["hidden", "hidden"], "hidden"
    elif header["value_before"]:
        share = f"{float(header['total_change'] / abs(header['value_before'])):+.1%}".replace("-", MINUS)
    before, after = (member_cell(header[name]) for name in ("member_count_before", "member_count_after"))
    whose = f"{after} in the actual" if header["is_churn_separate"] else POPULATIONS[header["population_mode"]]
    method, in_words, _ = METHODS[header["method"]]
    return [
        KeyFigure("Baseline", values[0], figures.run_words(found, "from")),
        KeyFigure("Actual", values[1], figures.run_words(found, "to")),
        KeyFigure("Change", change, share),
        KeyFigure("Members", before, whose),
        KeyFigure("Measure", metric.short, f"{metric.title}: {metric.meaning}"),
        KeyFigure("Method", method, in_words),
    ]


def _sections(warehouse: Warehouse, found: Decomposition) -> list[Section]:
    way: list[Figure] = [figures.the_way(found)]
    if found.parts:
        way.append(figures.the_way_by_part(found))
    way.append(figures.closing(found))
    sections = [
        Section("way", "From baseline to actual", way, _way_lead(found)),
        Section(
            "segments",
            "Where it happened",
            [figures.segment_figure(warehouse, found, segment_type) for segment_type, *_ in figures.SEGMENTS],
            "A member belongs to the segment of the first run that scores the member. A segment is hidden as a whole "
            "where few members are scored by some of the runs only.",
        ),
    ]
    bridge = bridge_figures(warehouse, found)
    if bridge:
        sections.append(
            Section(
                "bridge",
                "Another view: what changed in the members' scores",
                bridge,
                "The same two runs, explained from the conditions, drugs, ages and plans of their members.",
            )
        )
    sections.append(
        Section(
            "queries",
            "Each driver and its queries",
            figures.driver_figures(warehouse, found),
            "Every figure of the waterfall can be had from the database again: copy its queries from below.",
        )
    )
    return sections


def _way_lead(found: Decomposition) -> str:
    if not found.is_merged:
        return ""
    return (
        "Some members are scored by some of the runs only, and they are few. So that nothing can be worked out about "
        "them, each driver is given together with its population change, and without the values before and after it."
    )


def _provenance(found: Decomposition) -> list[tuple[str, str]]:
    run, header = found.run, found.header
    rows = [
        ("Run", run["run_id"]),
        ("Description", run["run_description"] or ""),
        ("Name", header["batch_name"]),
        ("Made", f"{run['started_at']:%Y-%m-%d %H:%M} UTC"),
        ("Measure", f"{found.metric.title}: {found.metric.meaning}"),
        ("Method", METHODS[header["method"]][2]),
        ("Population", POPULATIONS[header["population_mode"]]),
        ("Lost and new members", "drivers of their own" if header["is_churn_separate"] else "not drivers"),
        ("Medical and drugs", "apart" if header["is_rx_separate"] else "together"),
    ]
    for component in json.loads(header["specification"])["analysis"]["components"]:
        told = [component["description"], f"run {component['scenario']}", POPULATIONS[component["population_mode"]]]
        rows.append((f"Driver {component['name']}", "; ".join(text for text in told if text)))
    for scenario in found.runs.iter_rows(named=True):
        rows.append((_scenario(scenario), _run_link(scenario)))
    git = run["git_commit"]
    if git:
        rows.append(("Git commit", git + (" (with changes not committed)" if run["git_is_dirty"] else "")))
    return rows


def _scenario(scenario: dict[str, str]) -> str:
    role = {"from": " (baseline)", "to": " (actual)"}.get(scenario["role"] or "", "")
    return f"Run {scenario['scenario_name']}{role}"


def _run_link(scenario: dict[str, str]) -> Markup:
    # The list of runs is always there, and leads to the run's report or to the command that makes it.
    return Markup('<a href="../index.html#run-{run_id}">{what}</a>, {run_id}').format(
        run_id=scenario["run_id"], what=scenario["run_description"] or "no description"
    )
