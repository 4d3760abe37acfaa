"""The report of a scoring run."""

from dataclasses import replace

import polars as pl

from hhs_hcc.reports.charts import shown
from hhs_hcc.reports.figure import Figure, KeyFigure, Report, Section
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.run.claims import claim_section, reject_section
from hhs_hcc.reports.run.conditions import condition_section
from hhs_hcc.reports.run.provenance import provenance
from hhs_hcc.reports.run.scores import ALL, member_section, plan_section, score_section
from hhs_hcc.terminal import SMALLEST_CELL, is_small, member_cell
from hhs_hcc.warehouse import Row, Warehouse

_HIDDEN = "hidden"


def run_report(warehouse: Warehouse, label: str | None) -> Report:
    """The report of a completed scoring run.

    Args:
        warehouse: The open database.
        label: A run_id, a run_description, or latest.

    Raises:
        RunNotFoundError: If there is no such run.
    """
    run = warehouse.scoring_run(label)
    totals = ask(warehouse, "run/totals", run_id=run["run_id"]).frame.row(0, named=True)
    scores = score_section(warehouse, run)
    sections = [
        plan_section(warehouse, run),
        scores,
        condition_section(warehouse, run),
        member_section(warehouse, run, _figure([scores], "parts-of-score").frame),
        claim_section(warehouse, run),
        reject_section(warehouse, run),
    ]
    return Report(
        folder=f"run-{run['run_id']}",
        title="Scoring run",
        subtitle=f"{run['run_description'] or run['run_id']}: tables of {run['model_year']} on data of "
        f"{run['benefit_year']}",
        summary=_summary(run, totals, sections),
        key_figures=_key_figures(run, totals),
        sections=[replace(section, figures=[_drawable(one) for one in section.figures]) for section in sections],
        provenance=provenance(run),
    )


def _key_figures(run: Row, totals: Row) -> list[KeyFigure]:
    few = totals["member_count"] < SMALLEST_CELL
    none = _HIDDEN if totals["member_count"] else "-"
    return [
        KeyFigure("Members", member_cell(totals["member_count"])),
        KeyFigure("Member months", none if few else f"{totals['member_months']:,.0f}"),
        KeyFigure("PLRS", none if few else f"{totals['plrs']:.3f}", "risk score by member months"),
        KeyFigure("With an HCC", f"{totals['hcc_share']:.1%}" if _shows_hcc_share(totals) else none, "of members"),
        KeyFigure("Not scored", member_cell(run["rejected_count"]), "members"),
        KeyFigure(
            "Provisional",
            "yes" if run["is_provisional"] else "no",
            "CMS has not published all tables" if run["is_provisional"] else "",
        ),
    ]


def _shows_hcc_share(totals: Row) -> bool:
    """Neither those with an HCC nor those without may be few: the one is the members less the other."""
    without = totals["member_count"] - totals["hcc_member_count"]
    return totals["member_count"] > 0 and not any(map(is_small, (totals["hcc_member_count"], without)))


def _summary(run: Row, totals: Row, sections: list[Section]) -> list[str]:
    """The findings; what is hidden in a figure is not told here either."""
    if totals["member_count"] < SMALLEST_CELL:
        return [f"The run scored {member_cell(totals['member_count'])} members: too few to show any figure of theirs."]
    sentences = [
        f"{run['model_version']}, with CMS's tables of {run['model_year']}, gives the {totals['member_count']:,} "
        f"members of {run['benefit_year']} a plan liability risk score (PLRS) of {totals['plrs']:.3f}"
        + ("; CMS has not published all of the tables, so the score is provisional." if run["is_provisional"] else "."),
        _on_metals(_figure(sections, "plrs-by-metal").frame),
        _on_parts(_figure(sections, "parts-of-score").frame, _figure(sections, "contribution").frame),
        _on_claims(_figure(sections, "claim-funnel").frame),
        _on_rejects(run, _figure(sections, "members-not-scored").frame),
    ]
    return [sentence for sentence in sentences if sentence]


def _on_metals(metals: pl.DataFrame) -> str:
    rows = shown(metals).sort("plrs")
    if rows.height <= 1:
        return ""
    lowest, highest = rows.row(0, named=True), rows.row(-1, named=True)
    return (
        f"By metal level it lies between {lowest['plrs']:.3f} ({lowest['metal_level']}) and {highest['plrs']:.3f} "
        f"({highest['metal_level']})."
    )


def _on_parts(parts: pl.DataFrame, terms: pl.DataFrame) -> str:
    whole = parts.filter(pl.col("model") == ALL).row(0, named=True)
    shares = [f"{whole[part] / whole['plrs']:.0%}" for part in ("demographic_part", "hcc_part", "rxc_part")]
    sentence = f"Age and sex bring {shares[0]} of the score, HCCs {shares[1]} and drug classes {shares[2]}"
    if shown(terms).is_empty():
        return f"{sentence}."
    most = shown(terms).row(0, named=True)
    name = f"{most['code']} ({most['label']})" if most["label"] else most["code"]
    return f"{sentence}; of single terms, {name} adds most: {most['contribution']:.3f}."


def _on_claims(steps: pl.DataFrame) -> str:
    accepted = shown(steps).filter(pl.col("part") == "accepted")
    reasons = shown(steps).filter(pl.col("part") == "out").sort("line_count", descending=True)
    if accepted.is_empty():
        return ""
    lines, share = accepted.select("line_count", "share").row(0)
    sentence = f"{lines:,} claim lines count, {share:.0%} of those delivered"
    if reasons.is_empty():
        return f"{sentence}."
    step, lines = reasons.select("step", "line_count").row(0)
    return f"{sentence}; most of the others do not because of one reason: {step} ({lines:,})."


def _on_rejects(run: Row, reasons: pl.DataFrame) -> str:
    if not run["rejected_count"]:
        return "All members were scored."
    sentence = f"{member_cell(run['rejected_count'])} members were not scored"
    if shown(reasons).is_empty():
        return f"{sentence}."
    reason, members = shown(reasons).select("reject_reason", "member_count").row(0)
    return f"{sentence}, of these {members:,} for this reason: {reason}."


def _drawable(figure: Figure) -> Figure:
    """A figure of hidden rows only has nothing to draw: its table stands alone."""
    return replace(figure, chart=None) if shown(figure.frame).is_empty() else figure


def _figure(sections: list[Section], name: str) -> Figure:
    return next(figure for section in sections for figure in section.figures if figure.name == name)
