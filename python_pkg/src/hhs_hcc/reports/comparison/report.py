"""The report of a comparison: two runs side by side, what moved, for whom, and by which HCCs."""

import polars as pl

from hhs_hcc.reports.comparison import figures
from hhs_hcc.reports.comparison.figures import SEGMENTS, Compared
from hhs_hcc.reports.comparison.movers import largest_movers
from hhs_hcc.reports.figure import Figure, KeyFigure, Report, Section
from hhs_hcc.reports.queries import ask
from hhs_hcc.terminal import SMALLEST_CELL, is_small, member_cell
from hhs_hcc.warehouse import AnalysisType, Row, RunNotFoundError, Warehouse

_MOST_NAMED = 4


def comparison_report(warehouse: Warehouse, label: str | None, *, pseudonyms: bool = False) -> Report:
    """The report of a completed comparison.

    Args:
        warehouse: The open database.
        label: A run_id (batch_id), a run_description, or latest.
        pseudonyms: Also list the largest moves member by member under invented names. Such a report is protected
            health information: its title says so, and it lies in a folder of its own.

    Raises:
        RunNotFoundError: If there is no such comparison, or it has left no results.
    """
    batch = warehouse.completed_run(AnalysisType.COMPARISON, label)
    batch_id = batch["run_id"]
    counts = ask(warehouse, "comparison/summary", batch_id=batch_id).frame
    runs = ask(warehouse, "comparison/runs", batch_id=batch_id).frame.rows(named=True)
    if not counts.height or [run["side"] for run in runs] != ["a", "b"]:
        raise RunNotFoundError(
            f"Comparison {batch_id} is registered but has no results: the tables that summarise it were not built with "
            "it. Compare again: hhs-hcc run scenarios/comparison/FILE"
        )
    compared = Compared(warehouse, batch_id, counts.row(0, named=True))
    settings, scores, parts = figures.settings(compared), figures.scores(compared), figures.parts(compared)
    histogram, movers = figures.bands(compared)
    churn, categories = figures.churn(compared), figures.categories_moved(compared)
    sections = [
        Section("runs", "The two runs", [settings], lead=_named_runs(runs)),
        Section("change", "How much the score moved", [scores, parts, histogram]),
        Section("members", "Whose score moved", [churn, figures.attributes(compared), movers]),
        Section(
            "segments",
            "Where it moved",
            [figures.segments(compared, kind) for kind in SEGMENTS],
            lead="The same change in parts of the membership. Members count where they were last in the year, months "
            "where they were spent.",
        ),
        Section("categories", "Which HCCs and RXCs moved it", _categories(compared, categories, runs)),
        Section("anomalies", "What to look at", [figures.anomalies(compared)]),
    ]
    if pseudonyms:
        sections.append(
            Section(
                "phi",
                "Members one by one (PHI)",
                [largest_movers(warehouse, batch_id)],
                lead="This section shows single members. It was asked for with --pseudonyms and is not part of the "
                "ordinary report.",
            )
        )
    summary = [
        _what_moved(scores, runs),
        _what_differs(settings, runs),
        _who_moved(compared, parts),
        *_who_came_and_went(churn),
        *_most_moved(categories),
    ]
    if pseudonyms:
        summary.insert(0, "This page holds protected health information (PHI): its last section shows single members.")
    return Report(
        folder=f"comparison-{batch_id}" + ("-phi" if pseudonyms else ""),
        title="Comparison of two runs" + (" (PHI)" if pseudonyms else ""),
        holds_phi=pseudonyms,
        subtitle=f"{batch['run_description'] or batch_id}",
        summary=summary,
        key_figures=_key_figures(compared, scores),
        sections=sections,
        provenance=_provenance(batch, runs),
    )


def _categories(compared: Compared, categories: Figure, runs: list[Row]) -> list[Figure]:
    found = [categories, figures.contributions(compared)]
    if runs[0]["model_year"] != runs[1]["model_year"]:
        found.append(figures.coefficients(compared))
    return found


def _key_figures(compared: Compared, scores: Figure) -> list[KeyFigure]:
    counts = compared.counts
    shown = []
    for label, row in zip(
        ("Change of the PLRS", "Change of the mean, members of both"), scores.frame.iter_rows(named=True), strict=True
    ):
        if row["change"] is None:
            shown.append(KeyFigure(label, "hidden", f"fewer than {SMALLEST_CELL} members"))
        else:
            relative = f", {signed(row['change'] / row['run_a'], '.1%')}" if row["run_a"] else ""
            note = f"{row['run_a']:.3f} to {row['run_b']:.3f}{relative}"
            shown.append(KeyFigure(label, signed(row["change"]), note))
    share = "hidden"
    if not is_small(counts["changed_count"]) and not is_small(counts["unchanged_count"]):
        share = f"{counts['changed_count'] / (counts['matched_count'] or 1):.1%}"
    return [
        *shown,
        KeyFigure("Members compared", member_cell(counts["matched_count"]), "in both runs"),
        KeyFigure("Of them changed", share, f"by more than {counts['tolerance']:g}"),
        KeyFigure("Only in run A", member_cell(counts["a_only_count"]), "members who left"),
        KeyFigure("Only in run B", member_cell(counts["b_only_count"]), "members who came"),
    ]


def _named_runs(runs: list[Row]) -> str:
    named = [f"Run {run['side'].upper()} is {_name(run)}" for run in runs]
    return f"{named[0]}. {named[1]}. Changes are from A to B."


def _name(run: Row) -> str:
    what = f"tables of {run['model_year']} on data of {run['benefit_year']}"
    return f"“{run['run_description']}” ({what})" if run["run_description"] else f"{run['run_id']} ({what})"


def _what_moved(scores: Figure, runs: list[Row]) -> str:
    plrs = scores.frame.row(0, named=True)
    a, b = (run["run_description"] or run["run_id"] for run in runs)
    if plrs["change"] is None:
        return f"Run B ({b}) is compared with run A ({a}); one of them has too few members for its score to be shown."
    if abs(plrs["change"]) < 0.0005:  # noqa: PLR2004 - half of the last decimal that is shown
        return f"The plan liability risk score of run B ({b}) is that of run A ({a}): {plrs['run_b']:.3f}."
    higher = "higher" if plrs["change"] > 0 else "lower"
    return (
        f"The plan liability risk score of run B ({b}) is {plrs['run_b']:.3f}, {abs(plrs['change']):.3f} {higher} than "
        f"that of run A ({a}), {plrs['run_a']:.3f}."
    )


def _what_differs(settings: Figure, runs: list[Row]) -> str:
    differing = settings.frame.filter(pl.col("differs") == "yes")["setting"].str.replace(r" \(.*\)", "")
    years = {"Benefit year": "benefit_year", "Model year": "model_year"}
    words = [
        f"{setting.lower()} ({runs[0][years[setting]]} and {runs[1][years[setting]]})"
        if setting in years
        else setting.replace("Content", "content")
        for setting in differing
    ]
    if not words:
        return "The runs agree in every setting that decides scores."
    more = f" and {len(words) - _MOST_NAMED} more settings" if len(words) > _MOST_NAMED else ""
    return f"The runs differ in: {', '.join(words[:_MOST_NAMED])}{more}."


def _who_moved(compared: Compared, parts: Figure) -> str:
    counts = compared.counts
    moved = dict(parts.frame.select("part", "mean_change").iter_rows())
    if moved["Together"] is None:
        return f"Fewer than {SMALLEST_CELL} members are in both runs: nothing can be said of how their scores moved."
    sentence = (
        f"The mean score of the {counts['matched_count']:,} members of both runs moved by {signed(moved['Together'])}: "
        f"demographics {signed(moved['Demographics'])}, HCCs {signed(moved['HCCs'])}, "
        f"drugs {signed(moved['Drugs (RXCs)'])}"
    )
    if compared.directions_are_told:
        sentence += f"; {counts['increased_count']:,} scores rose and {counts['decreased_count']:,} fell"
    return sentence + "."


def _who_came_and_went(churn: Figure) -> list[str]:
    """A sentence on who is in one run only, where both are enough to be shown."""
    everybody = churn.frame.row(0, named=True)
    if not everybody["left_count"] or not everybody["came_count"]:
        return []
    return [
        f"{everybody['left_count']:,} members are in run A only, with a PLRS of {everybody['left_plrs_a']:.3f}, and "
        f"{everybody['came_count']:,} in run B only, with {everybody['came_plrs_b']:.3f}."
    ]


def _most_moved(categories: Figure) -> list[str]:
    """A sentence on the HCC or RXC with most shown movement, if there is any."""
    shown = categories.frame.filter(pl.col("member_count") > 0)
    if not shown.height:
        return []
    first = shown.filter(pl.col("variable") == shown["variable"][0])
    label, counts = first["label"][0], dict(first.select("moved_how", "member_count").iter_rows())
    moves = " and ".join(f"{counts[how]:,} {how} it" for how in ("gained", "lost") if how in counts)
    return [f"The category that moved most is {first['variable'][0]}, {label}: {moves}."]


def _provenance(batch: Row, runs: list[Row]) -> list[tuple[str, str]]:
    found = [
        ("Comparison", batch["run_id"]),
        ("Description", batch["run_description"] or "none"),
        ("Made at (UTC)", f"{batch['completed_at']:%Y-%m-%d %H:%M}"),
        ("Project", _git(batch)),
        ("Hash of the results", batch["output_hash"] or "none"),
    ]
    for run in runs:
        side = f"Run {run['side'].upper()}"
        provisional = " (provisional)" if run["is_provisional"] else ""
        found += [
            (side, f"{run['run_id']}: {run['run_description'] or 'no description'}"),
            (f"{side}, scored at (UTC)", f"{run['completed_at']:%Y-%m-%d %H:%M}"),
            (f"{side}, rules", f"{run['model_version']}, tables of {run['model_year']}{provisional}, {run['edition']}"),
            (f"{side}, calculator", f"{run['calculator']}, project {_git(run)}"),
            (f"{side}, CMS tables", run["cms_tables_hash"] or "none"),
            (f"{side}, data", run["input_fingerprint"] or "none"),
            (f"{side}, results", run["output_hash"] or "none"),
        ]
    return found


def _git(run: Row) -> str:
    if not run["git_commit"]:
        return "unknown"
    return run["git_commit"][:12] + (" with changes not committed" if run["git_is_dirty"] else "")


def signed(value: float, form: str = ".3f") -> str:
    """A number with its sign, a true minus among them."""
    return format(float(value), f"+{form}").replace("-", "−")  # noqa: RUF001
