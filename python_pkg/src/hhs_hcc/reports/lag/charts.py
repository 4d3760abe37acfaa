"""Charts of claim lag: curves that end where knowledge ends."""

import altair as alt
import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.figure import Chart
from hhs_hcc.reports.theme import SERIES, colour

_HEIGHT = 260
_PHONE = 500
_DASHES = ([1, 0], [5, 3])


def curves(
    frame: pl.DataFrame,
    width: int,
    *,
    y: str,
    series: str,
    x_title: str,
    y_title: str,
    number_format: str = "%",
    deadline: int | None = None,
) -> Chart:
    """A line with points for each value of `series`, over months.

    Args:
        frame: One row per point, with `months`; a column `is_open` marks series that are not complete: dashed.
        width: In pixels.
        y: The column of the height.
        series: The column that names a line.
        x_title: Of the months.
        y_title: Of the height, with its unit.
        number_format: Of the height, in d3's language.
        deadline: A month to mark by a line.
    """
    rows = charts.shown(frame)
    order = rows[series].unique(maintain_order=True).to_list()
    base = alt.Chart(rows).encode(
        x=alt.X(
            "months:Q",
            title=x_title,
            axis=alt.Axis(tickMinStep=1, format="d", tickCount=min(width // 45, max(rows["months"], default=1))),
        ),
        y=alt.Y(f"{y}:Q", title=y_title, scale=alt.Scale(zero=False), axis=alt.Axis(format=number_format, tickCount=5)),
        color=_colours(series, order, width),
    )
    lines = base.mark_line()
    if "is_open" in rows.columns:
        dashes = alt.Scale(domain=[False, True], range=_DASHES)
        lines = lines.encode(strokeDash=alt.StrokeDash("is_open:N", scale=dashes, legend=None))
    points = base.mark_point().encode(shape=_shapes(series, order, width))
    layers: list[alt.Chart] = [lines, points]
    if deadline is not None:
        at = alt.Chart(pl.DataFrame({"months": [deadline], "text": ["EDGE deadline"]})).encode(x="months:Q")
        layers.insert(0, at.mark_rule(strokeDash=[2, 2], color=colour("muted")))
        # At the bottom: curves are at the top when the deadline comes.
        layers.append(
            at.mark_text(align="left", dx=4, fontSize=11, baseline="bottom").encode(
                y=alt.value(_HEIGHT - 6), text="text:N"
            )
        )
    return alt.layer(*layers).properties(width=width, height=_HEIGHT)


def by_month_of_service(frame: pl.DataFrame, width: int) -> Chart:
    """How much of each month of service was known after 0, 1, 2 ... months: a line for each.

    Args:
        frame: `service_month`, `after` (words) and `share`.
        width: In pixels.
    """
    order = frame["after"].unique(maintain_order=True).to_list()
    base = alt.Chart(frame).encode(
        x=alt.X("service_month:T", title="Month of service", axis=alt.Axis(format="%b %Y", labelAngle=-45)),
        y=alt.Y(
            "share:Q",
            title="Share of the lines seen so far",
            scale=alt.Scale(zero=False),
            axis=alt.Axis(format="%", tickCount=5),
        ),
        color=_colours("after", order, width),
    )
    points = base.mark_point().encode(shape=_shapes("after", order, width))
    return alt.layer(base.mark_line(), points).properties(width=width, height=_HEIGHT)


def _colours(series: str, order: list[str], width: int) -> alt.Color:
    colours = [colour(SERIES[place % len(SERIES)]) for place in range(len(order))]
    scale = alt.Scale(domain=order, range=colours)
    return alt.Color(f"{series}:N", title=None, scale=scale, legend=_legend(width))


def _shapes(series: str, order: list[str], width: int) -> alt.Shape:
    """Of the same domain and legend as the colours, so that the two make one legend."""
    return alt.Shape(f"{series}:N", title=None, scale=alt.Scale(domain=order), legend=_legend(width))


def _legend(width: int) -> alt.Legend:
    return alt.Legend(columns=1 if width < _PHONE else 3, labelLimit=width - 40)
