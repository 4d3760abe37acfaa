"""What a report is made of: figures in sections, each with its rows, its query, and a way to be drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import altair as alt
import polars as pl

# Whatever Altair can turn into a Vega-Lite specification.
Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart


class Kind(StrEnum):
    """How the values of a column are written in a table."""

    TEXT = "text"
    COUNT = "count"
    SCORE = "score"  # three decimals, as CMS reports scores
    CHANGE = "change"  # the same with a sign
    SHARE = "share"  # a percentage with one decimal
    MONTHS = "months"
    DOLLARS = "dollars"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """A column of a figure's table: its name in the frame, its heading, and how it is written."""

    name: str
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Answer:
    """What a query gave.

    Attributes:
        frame: Its rows.
        sql: The query as a person can repeat it, values filled in.
    """

    frame: pl.DataFrame
    sql: str


@dataclass(frozen=True)
class Figure:
    """One thing to look at: a table, mostly with a chart above it.

    Attributes:
        name: Names the CSV file and the place on the page; lower case with hyphens.
        title: What is shown, as a statement or a noun phrase.
        reading: A sentence or two that tell how to read it.
        frame: Aggregates only, small cells hidden already. Written as CSV as it is.
        columns: The table's columns, in order.
        sql: The query behind the frame, values filled in.
        chart: Draws the frame at a width in pixels; None: the table stands alone.
        description: What the picture shows, in a sentence, for those who do not see it. (default: the title)
    """

    name: str
    title: str
    reading: str
    frame: pl.DataFrame
    columns: Sequence[Column]
    sql: str
    chart: Callable[[pl.DataFrame, int], Chart] | None = None
    description: str = ""


@dataclass(frozen=True)
class Section:
    """Figures under one heading."""

    name: str
    title: str
    figures: Sequence[Figure]
    lead: str = ""


@dataclass(frozen=True)
class KeyFigure:
    """A number at the head of a report."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A page.

    Attributes:
        folder: Where it goes below the folder of all reports: `run-<run_id>`.
        title: The heading.
        subtitle: What it is about: run, years, description.
        summary: The findings in sentences.
        key_figures: The numbers to see first.
        sections: The figures.
        provenance: What made the numbers, as (term, value).
        holds_phi: Whether it shows single members, because its reader asked for them.
    """

    folder: str
    title: str
    subtitle: str
    summary: Sequence[str]
    key_figures: Sequence[KeyFigure]
    sections: Sequence[Section]
    provenance: Sequence[tuple[str, str]] = ()
    holds_phi: bool = False
