"""Charts of a comparison: what went up to one side, what went down to the other."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.figure import Chart
from hhs_hcc.reports.theme import SERIES, colour

# How many categories are drawn; the table has all.
DRAWN = 15

_PHONE = 500
_BAND_HEIGHT = 280
_BAR_HEIGHT = 15
_LETTER_WIDTH = 6.5
_NUMBER_WIDTH = 48
_DIRECTIONS = alt.Scale(domain=["down", "up"], range=[colour("down"), colour("up")])


def bands(frame: pl.DataFrame, width: int) -> Chart:
    """A bar for each band of change, from the largest fall to the largest rise; lying ones where there is no room.

    Args:
        frame: `band`, `direction` and `member_count`, a row per band in order. A band whose count is hidden keeps its
            place and has no bar.
        width: In pixels.
    """
    in_order = alt.Scale(domain=frame["band"].to_list())
    base = (
        alt.Chart(charts.shown(frame)).mark_bar().encode(color=alt.Color("direction:N", scale=_DIRECTIONS, legend=None))
    )
    counts = alt.Axis(format=",d", tickCount=4)
    if width < _PHONE:
        axis = alt.Axis(ticks=False, domain=False)
        lying = base.encode(
            x=alt.X("member_count:Q", title="Members", axis=counts),
            y=alt.Y("band:N", sort=None, scale=in_order, title=None, axis=axis),
        )
        return lying.properties(width=width, height=alt.Step(20))
    axis = alt.Axis(labelAngle=-45, labelOverlap=False)
    standing = base.encode(
        x=alt.X("band:N", sort=None, scale=in_order, title="Change of the score", axis=axis),
        y=alt.Y("member_count:Q", title="Members", axis=counts),
    )
    return standing.properties(width=width, height=_BAND_HEIGHT)


def gained_and_lost(frame: pl.DataFrame, width: int) -> Chart:
    """Lying bars: members who gained an HCC or RXC to the right, who lost it to the left.

    Args:
        frame: `name`, `moved_how` and `member_count`, the categories in order.
        width: In pixels.
    """
    rows = charts.shown(frame).filter(pl.col("member_count") > 0)
    drawn = rows["name"].unique(maintain_order=True).head(DRAWN)
    rows = rows.filter(pl.col("name").is_in(drawn.implode())).with_columns(
        pl.when(pl.col("moved_how") == "lost").then(-pl.col("member_count")).otherwise("member_count").alias("length")
    )
    ways = alt.Scale(domain=["lost", "gained"], range=[colour("down"), colour("up")])
    counts = alt.Axis(tickCount=max(3, width // 110), tickMinStep=1, labelExpr="format(abs(datum.value), ',d')")
    names = alt.Axis(labelLimit=width // 2, ticks=False, domain=False)
    return (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, scale=alt.Scale(domain=drawn.to_list()), title=None, axis=names),
            x=alt.X("length:Q", title="Members", axis=counts),
            color=alt.Color("moved_how:N", scale=ways, title=None),
        )
        .properties(width=width, height=alt.Step(22))
    )


def side_by_side(
    frame: pl.DataFrame,
    width: int,
    *,
    label: str,
    values: Sequence[tuple[str, str]],
    title: str,
    number_format: str = ".3f",
) -> Chart:
    """Lying bars of one or several measures for each row, with their values at their ends.

    Args:
        frame: One row per group of bars; a missing value has no bar.
        width: In pixels.
        label: The column that names a group.
        values: (column, its name in the legend), in order. A single one is coloured by its sign.
        title: Of the values' axis, with its unit.
        number_format: Of the written values, in d3's language.
    """
    names = dict(values)
    long = (
        charts.shown(frame)
        .unpivot(list(names), index=label, variable_name="series", value_name="value")
        .with_columns(pl.col("series").replace_strict(names))
        .drop_nulls("value")
    )
    label_width = min(width / 2, _LETTER_WIDTH * max((len(text) for text in long[label]), default=0))
    axis = alt.Axis(tickCount=max(2, width // 160), format="%" if number_format.endswith("%") else ".2~f")
    base = alt.Chart(long).encode(
        y=alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=width // 2, ticks=False, domain=False)),
        x=alt.X(
            "value:Q",
            title=title,
            scale=alt.Scale(domain=charts.with_room(long["value"], width - label_width, _NUMBER_WIDTH)),
            axis=axis,
        ),
    )
    bars = base.mark_bar()
    if len(names) == 1:
        positive = alt.datum.value >= 0
        bars = bars.encode(color=alt.condition(positive, alt.value(colour("up")), alt.value(colour("down"))))
    else:
        order = list(names.values())
        base = base.encode(yOffset=alt.YOffset("series:N", sort=order))
        legend = alt.Legend(columns=2 if width < _PHONE else len(order))
        scale = alt.Scale(domain=order, range=[colour(name) for name in SERIES[: len(order)]])
        bars = base.mark_bar().encode(color=alt.Color("series:N", scale=scale, title=None, legend=legend))
    number = alt.Text("value:Q", format=number_format)
    right = base.transform_filter(alt.datum.value >= 0).mark_text(fontSize=11, align="left", dx=4)
    left = base.transform_filter(alt.datum.value < 0).mark_text(fontSize=11, align="right", dx=-4)
    height = alt.Step(22) if len(names) == 1 else alt.Step(_BAR_HEIGHT, **{"for": "offset"})
    return alt.layer(bars, right.encode(text=number), left.encode(text=number)).properties(width=width, height=height)
