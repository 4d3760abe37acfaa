"""The figures of a run that look at conditions: who has which HCC and drug class, and what they add to the score."""

from collections.abc import Callable

import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.charts import short_name
from hhs_hcc.reports.figure import Chart, Column, Figure, Kind, Section
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hidden_last, hide_within
from hhs_hcc.reports.theme import NARROW
from hhs_hcc.warehouse import Row, Warehouse

MOST = 20
_NAMED_BY = ["variable", "code", "kind", "label"]
_LABEL_PIXELS = 7  # of a letter, so that a label takes no more than half of a chart


def condition_section(warehouse: Warehouse, run: Row) -> Section:
    """How common conditions are, and what they add to the score."""
    answer = ask(warehouse, "run/conditions", run_id=run["run_id"])
    frame = hidden_last(
        hide_within(
            answer.frame.with_columns(
                pl.Series("code", [short_name(variable) for variable in answer.frame["variable"]], dtype=pl.String),
                label=pl.Series([_long_name(*row) for row in answer.frame.select("kind", "label").iter_rows()]),
            ),
            keep=[*_NAMED_BY, "adds_up_to", "belongs_to"],
            totals=[["adds_up_to"], ["belongs_to"]],
        ),
        "variable",
    )
    return Section(
        "conditions",
        "Conditions",
        [
            _prevalence(frame, "HCC", answer.sql),
            _prevalence(frame, "drug class", answer.sql),
            _contribution(frame, answer.sql),
        ],
        lead="An HCC is a condition that CMS's model prices, found by diagnoses; a drug class (RXC) is found by drugs.",
    )


def _long_name(kind: str, label: str | None) -> str | None:
    if kind == "group of HCCs" and label:
        return ", ".join(short_name(hcc) for hcc in label.split())
    return label


def _prevalence(frame: pl.DataFrame, kind: str, sql: str) -> Figure:
    own = frame.filter(pl.col("kind") == kind)
    several, slug = ("HCCs", "hcc") if kind == "HCC" else ("Drug classes", "rxc")
    return Figure(
        name=f"{slug}-prevalence",
        title=f"{several}: how many members have each",
        reading=(
            "After hierarchies: of several grades of a condition, the most severe counts. A member can have several. "
            f"{_most(own, several)}"
        ),
        frame=own.select("variable", "code", "label", "member_count", "prevalence", HIDDEN),
        columns=[
            Column("code", kind if kind == "HCC" else "Class"),
            Column("label", "Name"),
            Column("member_count", "Members", Kind.COUNT),
            Column("prevalence", "Of all members", Kind.SHARE),
        ],
        sql=sql,
        chart=_bars("prevalence", "Share of members", ".1%"),
        description=f"A bar for each of the most common {several}, as long as the share of members who have it.",
    )


def _contribution(frame: pl.DataFrame, sql: str) -> Figure:
    # HCCs that count through a group add nothing themselves.
    own = frame.filter(pl.col("adds_up_to") != pl.col("variable")).sort(
        "contribution", descending=True, nulls_last=True, maintain_order=True
    )
    return Figure(
        name="contribution",
        title="What conditions add to the score",
        reading=(
            "How much of the plan liability risk score of the whole run each term brings, weighted by member months. "
            "HCCs of one group count once, through the group; combinations of conditions, drugs and months have "
            f"terms of their own, some of them negative. {_most(own, 'terms')}"
        ),
        frame=own.select("variable", "code", "kind", "label", "contribution", HIDDEN),
        columns=[
            Column("code", "Term"),
            Column("kind", "Kind"),
            Column("label", "Name"),
            Column("contribution", "Adds to PLRS", Kind.CHANGE),
        ],
        sql=sql,
        chart=_bars("contribution", "Added to PLRS", ".3f"),
        description="A bar for each of the terms that add most to the score, as long as what it adds.",
    )


def _most(frame: pl.DataFrame, things: str) -> str:
    shown = charts.shown(frame).height
    return f"The chart shows the first {MOST}, the table all {frame.height} {things}." if shown > MOST else ""


def _bars(value: str, title: str, number_format: str) -> Callable[[pl.DataFrame, int], Chart]:
    def draw(frame: pl.DataFrame, width: int) -> Chart:
        most = charts.shown(frame).sort(value, descending=True, maintain_order=True).head(MOST)
        names = [
            code if width <= NARROW or not label else _cut(f"{code} {label}", width // 2 // _LABEL_PIXELS)
            for code, label in most.select("code", "label").iter_rows()
        ]
        return charts.bars(
            most.with_columns(pl.Series("name", names, dtype=pl.String)),
            width,
            label="name",
            value=value,
            title=title,
            number_format=number_format,
        )

    return draw


def _cut(text: str, letters: int) -> str:
    """Shortened at a word, so that what is left can be read."""
    if len(text) <= letters:
        return text
    return text[:letters].rsplit(" ", 1)[0].rstrip(",;") + " ..."
