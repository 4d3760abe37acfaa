"""The pictures of a decomposition: a waterfall, bars of impacts, and small multiples of them."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.figure import Chart
from hhs_hcc.reports.theme import NARROW, colour

TOTAL, UP, DOWN = "total", "up", "down"
# What a lying bar needs beside it, in pixels: numbers at its ends.
_ROOM = 62
# How much of a waterfall's width stands left of its lowest point, so that totals are seen as bars.
_FOOT = 0.25
_PANEL_SPACING = 16
_SCHEMA = {"label": pl.String, "start": pl.Float64, "end": pl.Float64, "kind": pl.String, "text": pl.String}


@dataclass(frozen=True)
class Bar:
    """A bar of a waterfall, or one that starts at zero.

    Attributes:
        label: Names it.
        start: Where it starts.
        end: Where it ends.
        kind: TOTAL, UP or DOWN.
        text: Its number, as it is written beside it.
    """

    label: str
    start: float
    end: float
    kind: str
    text: str


def bridge(before: Bar, steps: Iterable[tuple[str, float, str]], after: Bar) -> list[Bar]:
    """The bars of a waterfall: each step starts where the one before it ends.

    Args:
        before: The baseline.
        steps: (label, impact, its number) of each driver, in order.
        after: The actual.
    """
    bars = [before]
    for label, impact, text in steps:
        start = bars[-1].end
        bars.append(Bar(label, start, start + impact, UP if impact >= 0 else DOWN, text))
    return [*bars, after]


def total(label: str, value: float, text: str) -> Bar:
    """A bar from zero to a value."""
    return Bar(label, 0.0, value, TOTAL, text)


def impact(label: str, value: float, text: str) -> Bar:
    """A bar of an impact, from zero on."""
    return Bar(label, 0.0, value, UP if value >= 0 else DOWN, text)


def waterfall_axis(bars: Sequence[Bar], width: int) -> tuple[float, float]:
    """The ends of a waterfall's axis.

    It starts at zero only where the steps are then still to be seen; the chart says so where it does not.

    Args:
        bars: Of the waterfall.
        width: Of the chart, in pixels.
    """
    reached = [bar.end for bar in bars]
    low, high = min(reached), max(reached)
    span = high - low or abs(high) or 1.0
    low -= _FOOT * span
    if span > high / 2 or low <= 0:
        low = min(low, 0.0) if min(reached) < 0 else 0.0
    # Numbers stand right of the bars; labels take about two fifths of the width.
    return low, high + (high - low) * _ROOM / (0.6 * width - _ROOM)


def waterfall(bars: Sequence[Bar], width: int, title: str) -> Chart:
    """A lying waterfall: one row per bar, lines lead from each to the next.

    Args:
        bars: In order, the first and the last from zero.
        width: In pixels.
        title: Of the axis.
    """
    low, high = waterfall_axis(bars, width)
    rows = _rows(bars, width).with_columns(
        # Totals start at zero, or where the axis does.
        pl.when(pl.col("kind") == TOTAL).then(max(low, 0.0)).otherwise("start").alias("start"),
        pl.col("label").shift(-1).alias("next"),
    )
    axis_title = title if low <= 0 else f"{title}; the axis does not start at 0"
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    x_axis = alt.Axis(tickCount=max(3, width // 110))
    base = alt.Chart(rows).encode(y=_labels(width), description=alt.Description("tip:N"))
    lines = base.transform_filter("isValid(datum.next)").mark_rule(color=colour("muted"), aria=False)
    numbers = base.mark_text(align="left", dx=5, fontSize=11, aria=False)
    return alt.layer(
        lines.encode(x=alt.X("end:Q", scale=scale), y2="next:N"),
        base.mark_bar().encode(
            x=alt.X("start:Q", title=_wrapped(axis_title, width * 3 // 5), scale=scale, axis=x_axis),
            x2="end:Q",
            color=_colours(),
        ),
        numbers.transform_calculate(right="max(datum.start, datum.end)").encode(
            x=alt.X("right:Q", scale=scale), text="text:N"
        ),
    ).properties(width=width, height=alt.Step(_row_height(width)))


def impact_bars(bars: Sequence[Bar], width: int, title: str) -> Chart:
    """A lying bar for each impact, left or right of zero.

    Args:
        bars: In order, each from zero.
        width: In pixels.
        title: Of the axis.
    """
    rows = _rows(bars, width)
    domain = charts.with_room(rows["end"], round(0.6 * width), _ROOM)
    x_axis = alt.Axis(tickCount=max(3, width // 110))
    base = alt.Chart(rows).encode(y=_labels(width), description=alt.Description("tip:N"))
    x = alt.X("end:Q", title=_wrapped(title, width * 3 // 5), scale=alt.Scale(domain=domain, nice=False), axis=x_axis)
    return alt.layer(base.mark_bar().encode(x=x, color=_colours()), *_numbers(base, x), _zero(base)).properties(
        width=width, height=alt.Step(_row_height(width))
    )


def small_multiples(panels: Sequence[tuple[str, Sequence[Bar]]], width: int, title: str, columns: int = 3) -> Chart:
    """A panel of bars for each segment, all on one scale.

    Args:
        panels: (heading, its bars): the same labels in each.
        width: In pixels, of all panels together.
        title: Of the axis.
        columns: How many panels stand side by side where there is room.
    """
    side_by_side = 1 if width <= NARROW else min(columns, len(panels))
    # Labels stand left of each row's first panel only.
    labels_width = min(190, width // 2)
    panel_width = (width - labels_width - _PANEL_SPACING * (side_by_side - 1)) // side_by_side
    frames = [_rows(bars, 2 * labels_width).with_columns(panel=pl.lit(heading)) for heading, bars in panels]
    rows = pl.concat(frames)
    domain = charts.with_room(rows["end"], panel_width, 46)
    base = alt.Chart(rows).encode(y=_labels(2 * labels_width), description=alt.Description("tip:N"))
    x = alt.X(
        "end:Q", title=None, scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(tickCount=3, labelFlush=True)
    )
    # A facet cannot fit itself to a width: its panels have theirs.
    layers = alt.layer(base.mark_bar().encode(x=x, color=_colours()), *_numbers(base, x, size=10), _zero(base))
    lines = 1 + max(label.count("\n") for label in rows["label"])
    return (
        layers.properties(width=panel_width, height=alt.Step(5 + 13 * lines))
        .facet(
            facet=alt.Facet("panel:N", sort=[heading for heading, _ in panels], title=None),
            columns=side_by_side,
            spacing=_PANEL_SPACING,
            title=alt.TitleParams(_wrapped(title, width), anchor="start", fontSize=12, fontWeight="normal"),
        )
        .properties(autosize=alt.AutoSizeParams(type="pad", contains="padding"))
    )


def _rows(bars: Sequence[Bar], width: int) -> pl.DataFrame:
    wrap: Callable[[str], str] = lambda label: "\n".join(_wrapped(label, width // 2))  # noqa: E731
    rows = [(wrap(bar.label), bar.start, bar.end, bar.kind, bar.text, f"{bar.label}: {bar.text}") for bar in bars]
    return pl.DataFrame(rows, schema={**_SCHEMA, "tip": pl.String}, orient="row")


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of a width in pixels; a letter of 12 pixels is about 6 wide."""
    return textwrap.wrap(text, max(12, width // 6)) or [""]


def _row_height(width: int) -> int:
    # On phones labels take two or three lines.
    return 38 if width <= NARROW else 28


def _labels(width: int) -> alt.Y:
    lines = "split(datum.value, '\\n')"
    axis = alt.Axis(
        labelExpr=lines,
        labelLimit=width // 2 + 10,
        # Vega hangs a text's other lines below its first one.
        labelBaseline=alt.condition(f"length({lines}) == 2", alt.value("bottom"), alt.value("middle")),
        labelPadding=6,
        ticks=False,
        domain=False,
    )
    return alt.Y("label:N", sort=None, title=None, axis=axis, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.15))


def _colours() -> alt.Color:
    kinds = [UP, DOWN, TOTAL]
    return alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[colour(kind) for kind in kinds]), legend=None)


def _numbers(base: alt.Chart, x: alt.X, size: int = 11) -> list[alt.Chart]:
    right = base.transform_filter("datum.end >= 0").mark_text(align="left", dx=4, fontSize=size, aria=False)
    left = base.transform_filter("datum.end < 0").mark_text(align="right", dx=-4, fontSize=size, aria=False)
    return [numbers.encode(x=x, text="text:N") for numbers in (right, left)]


def _zero(base: alt.Chart) -> alt.Chart:
    whole = {"y": alt.value(0), "y2": alt.value("height")}
    return base.mark_rule(color=colour("muted"), aria=False).encode(x=alt.datum(0), **whole)
