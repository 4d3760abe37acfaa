"""Charts that only the report of a run has. Each takes aggregates and a width in pixels."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from hhs_hcc.reports.charts import shown, with_room
from hhs_hcc.reports.figure import Chart
from hhs_hcc.reports.theme import SERIES, colour

_ROW_HEIGHT = 24
_HEIGHT = 260
_STEP_PIXELS = 150


def histogram(frame: pl.DataFrame, width: int, marks: dict[str, float]) -> Chart:
    """Bins of equal width on the page, whatever they span, with their edges written between them.

    Args:
        frame: Bins in order: lower_edge and upper_edge (null: open), score (the bin's name), member_count.
        width: In pixels.
        marks: Scores to mark with a line, by name.
    """
    bins = shown(frame).with_row_index("left").with_columns(right=pl.col("left") + 1)
    edges = ["", *(f"{edge:g}" for edge in bins["upper_edge"].drop_nulls()), ""]
    scale = alt.Scale(domain=[0, bins.height], nice=False)
    layers: list[alt.Chart] = [
        alt.Chart(bins.with_columns(tip=pl.format("{}: {} members", "score", "member_count")))
        .mark_bar(orient="vertical", binSpacing=1)
        .encode(
            x=alt.X(
                "left:Q",
                title="Risk score",
                scale=scale,
                axis=alt.Axis(
                    values=list(range(1, bins.height)), labelExpr=f"{edges}[datum.value]", grid=False, labelOverlap=True
                ),
            ),
            x2="right:Q",
            y=alt.Y("member_count:Q", title="Members", axis=alt.Axis(format=",d", tickCount=5)),
            description="tip:N",
        )
    ]
    for line, (name, score) in enumerate(marks.items()):
        mark = alt.Chart(pl.DataFrame({"place": [_place(bins, score)], "mark": [f"{name} {score:.2f}"]}))
        at = alt.X("place:Q", scale=scale)
        layers.append(mark.mark_rule(color=colour("second"), strokeWidth=2, strokeDash=[5, 3]).encode(x=at))
        # One below the other: the two may lie in one bin.
        layers.append(
            mark.mark_text(align="left", dx=5, fontSize=12).encode(x=at, y=alt.value(10 + 18 * line), text="mark:N")
        )
    return alt.layer(*layers).properties(width=width, height=_HEIGHT)


def _place(bins: pl.DataFrame, score: float) -> float:
    """Where a score lies on an axis that gives each bin a width of 1; in an open bin, in its middle."""
    for bin_ in bins.iter_rows(named=True):
        lower, upper = bin_["lower_edge"], bin_["upper_edge"]
        if upper is None or score < upper:
            share = 0.5 if lower is None or upper is None else (score - lower) / (upper - lower)
            return float(bin_["left"] + share)
    return float(bins.height)


def pyramid(frame: pl.DataFrame, width: int) -> Chart:
    """Women to the left and men to the right of zero, a row of bars for each age band.

    Args:
        frame: age_band, from the youngest; female_count, male_count.
        width: In pixels.
    """
    names = {"female_count": "women and girls", "male_count": "men and boys"}
    long = (
        shown(frame)
        .unpivot(list(names), index="age_band", variable_name="sex", value_name="member_count")
        .with_columns(
            pl.col("sex").replace_strict(names),
            side=pl.when(pl.col("sex") == "female_count").then(-pl.col("member_count")).otherwise("member_count"),
        )
        .with_columns(tip=pl.format("{}, {}: {} members", "age_band", "sex", "member_count"))
    )
    furthest = max(long["member_count"].to_list(), default=1)
    return (
        alt.Chart(long)
        .mark_bar()
        .encode(
            # The oldest on top, as pyramids of ages are drawn.
            y=alt.Y("age_band:N", sort=long["age_band"].unique(maintain_order=True).to_list()[::-1], title="Age"),
            x=alt.X(
                "side:Q",
                title="Members",
                scale=alt.Scale(domain=[-furthest, furthest]),
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=max(4, width // 110)),
            ),
            color=alt.Color("sex:N", sort=list(names.values()), title=None),
            description="tip:N",
        )
        .properties(width=width, height=alt.Step(22))
    )


def stacked(
    frame: pl.DataFrame, width: int, *, label: str, parts: Sequence[tuple[str, str]], total: str, title: str
) -> Chart:
    """A lying bar for each row, made of parts, the whole written at its end.

    Args:
        frame: One row per bar.
        width: In pixels.
        label: The column that names a bar.
        parts: (column, its name in the legend), from the left.
        total: The column of the whole.
        title: Of the axis, with its unit.
    """
    rows, names = shown(frame), dict(parts)
    order = list(names.values())
    long = (
        rows.unpivot(list(names), index=label, variable_name="part", value_name="value")
        .with_columns(pl.col("part").replace_strict(names))
        .with_columns(
            place=pl.col("part").replace_strict({name: place for place, name in enumerate(order)}),
            tip=pl.format("{}, {}: {}", label, "part", pl.col("value").round(3)),
        )
    )
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=width // 2, ticks=False, domain=False))
    domain = with_room(rows[total], width)
    scale = alt.Scale(domain=[min(domain[0], float(long["value"].min() or 0)), domain[1]])  # type: ignore[arg-type]
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=y,
            x=alt.X("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=max(3, width // 110))),
            color=alt.Color("part:N", sort=order, title=None, scale=alt.Scale(domain=order, range=_series(order))),
            order="place:Q",
            description="tip:N",
        )
    )
    ends = (
        alt.Chart(rows)
        .mark_text(fontSize=11, align="left", dx=4)
        .encode(y=y, x=alt.X(f"{total}:Q", scale=scale), text=alt.Text(f"{total}:Q", format=".3f"))
    )
    return alt.layer(bars, ends).properties(width=width, height=alt.Step(_ROW_HEIGHT + 6))


def _series(names: Sequence[str]) -> list[str]:
    return [colour(name) for name in SERIES[: len(names)]]


def funnel(frame: pl.DataFrame, width: int) -> Chart:
    """All that comes in, each reason out where the one before left off, and what is left.

    Args:
        frame: step; part (in, out, accepted, eligible) in this order; line_count. `in` and `accepted` are not hidden;
            reasons that are hidden are drawn as one bar, so that the picture closes.
        width: In pixels.
    """
    rows = shown(frame)
    by_part = rows.group_by("part").agg(pl.col("line_count").sum())
    sizes = dict(by_part.iter_rows())
    outs = list(rows.filter(pl.col("part") == "out").select("step", "line_count").iter_rows())
    together = sizes["in"] - sizes["accepted"] - sizes.get("out", 0)
    if together:
        outs.append(("reasons of few members", together))
    bars, left = [], sizes["in"]
    for part, paint in (("in", "total"), ("out", "down"), ("accepted", "main"), ("eligible", "third")):
        own = rows.filter(pl.col("part") == part).select("step", "line_count").iter_rows()
        for step, lines in outs if part == "out" else own:
            start = left - lines if part == "out" else 0
            bars.append({"step": step, "start": start, "end": start + lines, "lines": lines, "paint": colour(paint)})
            left = start if part == "out" else left
    drawn = pl.DataFrame(bars).with_columns(tip=pl.format("{}: {} claim lines", "step", "lines"))
    base = alt.Chart(drawn).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=width // 2, ticks=False, domain=False))
    )
    axis = alt.Axis(format="~s", tickCount=max(3, width // 110), labelBound=True)
    # The names of the steps take their part of the width before the bars get theirs.
    scale = alt.Scale(domain=with_room(drawn["end"], width - _STEP_PIXELS, pixels=110), nice=False)
    return alt.layer(
        base.mark_bar().encode(
            x=alt.X("start:Q", title="Claim lines", axis=axis, scale=scale),
            x2="end:Q",
            color=alt.Color("paint:N", scale=None),
            description="tip:N",
        ),
        base.mark_text(fontSize=11, align="left", dx=4).encode(x="end:Q", text=alt.Text("lines:Q", format=",d")),
    ).properties(width=width, height=alt.Step(_ROW_HEIGHT))
