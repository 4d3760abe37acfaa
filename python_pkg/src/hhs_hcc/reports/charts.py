"""The kinds of charts that several reports share. Each takes aggregates and a width in pixels."""

import re
from collections.abc import Sequence

import altair as alt
import polars as pl

from hhs_hcc.reports.figure import Chart
from hhs_hcc.reports.suppression import HIDDEN
from hhs_hcc.reports.theme import colour

_ROW_HEIGHT = 24
_HEIGHT = 260


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that may be drawn, decimals as floats: Vega-Lite knows no others."""
    rows = frame.filter(pl.col(HIDDEN).is_null()).drop(HIDDEN) if HIDDEN in frame.columns else frame
    return rows.with_columns(pl.col(pl.Decimal).cast(pl.Float64))


def bars(
    frame: pl.DataFrame,
    width: int,
    *,
    label: str,
    value: str,
    title: str,
    number_format: str = ".3f",
    main: str = "main",
) -> Chart:
    """A lying bar for each row, in the frame's order, its value written at its end.

    Args:
        frame: One row per bar.
        width: In pixels.
        label: The column that names a bar.
        value: The column of its length; negative ones go left.
        title: Of the value's axis, with its unit.
        number_format: Of the written values, in d3's language.
        main: The colour, by its name in the theme.
    """
    rows = shown(frame)
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=width // 2, ticks=False, domain=False)),
        x=alt.X(
            f"{value}:Q",
            title=title,
            scale=alt.Scale(domain=with_room(rows[value], width // 2, pixels=48)),
            axis=alt.Axis(
                tickCount=max(3, width // 110),
                labelBound=True,
                format=number_format if number_format.endswith("%") else alt.Undefined,
            ),
        ),
    )
    text = alt.Text(f"{value}:Q", format=number_format)
    return alt.layer(
        base.mark_bar(color=colour(main)),
        base.transform_filter(alt.datum[value] >= 0).mark_text(fontSize=11, align="left", dx=4).encode(text=text),
        base.transform_filter(alt.datum[value] < 0).mark_text(fontSize=11, align="right", dx=-4).encode(text=text),
    ).properties(width=width, height=alt.Step(_ROW_HEIGHT))


def with_room(values: pl.Series, width: float, pixels: int = 70) -> list[float]:
    """The domain of an axis from zero on, with room for numbers written at the ends of its bars.

    Args:
        values: The lengths of the bars.
        width: Of the chart in pixels.
        pixels: How much room at each end that has bars.
    """
    low, high = (float(end or 0) for end in (values.min(), values.max()))  # type: ignore[arg-type]
    low, high = min(low, 0.0), max(high, 0.0)
    # The rooms take their pixels from the bars.
    ends = (low < 0) + (high > 0 or low == 0)
    room = (high - low or 1.0) * pixels / max(width - ends * pixels, pixels)
    return [low - room if low < 0 else 0.0, high + room if high > 0 or low == 0 else 0.0]


def columns(
    frame: pl.DataFrame, width: int, *, label: str, value: str, title: str, label_title: str, number_format: str = ",d"
) -> Chart:
    """A standing bar for each row, in the frame's order: bins, bands, months.

    Args:
        frame: One row per bar.
        width: In pixels.
        label: The column that names a bar.
        value: The column of its height.
        title: Of the value's axis, with its unit.
        label_title: Of the other axis.
        number_format: Of the value's axis, in d3's language.
    """
    return (
        alt.Chart(shown(frame))
        .mark_bar()
        .encode(
            x=alt.X(f"{label}:N", sort=None, title=label_title, axis=alt.Axis(labelOverlap=True, labelAngle=-45)),
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(format=number_format, tickCount=5)),
        )
        .properties(width=width, height=_HEIGHT)
    )


def grouped_bars(
    frame: pl.DataFrame,
    width: int,
    *,
    label: str,
    values: Sequence[tuple[str, str]],
    title: str,
    number_format: str = ".3f",
) -> Chart:
    """Bars side by side for each row: the same measure of two or three things.

    Args:
        frame: One row per group of bars.
        width: In pixels.
        label: The column that names a group.
        values: (column, its name in the legend), in order.
        title: Of the values' axis, with its unit.
        number_format: Of the values, in d3's language.
    """
    names = dict(values)
    long = (
        shown(frame)
        .unpivot(list(names), index=label, variable_name="series", value_name="value")
        .with_columns(pl.col("series").replace_strict(names))
    )
    return (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=width // 2)),
            yOffset=alt.YOffset("series:N", sort=list(names.values())),
            x=alt.X("value:Q", title=title, axis=alt.Axis(tickCount=max(3, width // 110), format=number_format)),
            color=alt.Color("series:N", sort=list(names.values()), title=None),
        )
        .properties(width=width, height=alt.Step(14))
    )


def short_name(variable: str) -> str:
    """A term of the model, short enough for a narrow chart: HHS_HCC035_1 is HCC 35.1."""
    if found := re.fullmatch(r"HHS_HCC0*(\d+)(?:_(\d+))?", variable):
        return f"HCC {found[1]}" + (f".{found[2]}" if found[2] else "")
    if found := re.fullmatch(r"RXC_0*(\d+)", variable):
        return f"RXC {found[1]}"
    if re.fullmatch(r"G\d+[A-Z]?", variable):
        return f"group {variable}"
    return variable.replace("_X_", " x ").replace("_", " ")
