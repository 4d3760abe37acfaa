"""The figures of a decomposition: the way from baseline to actual, its segments, and each driver with its queries."""

import re
from decimal import Decimal
from functools import partial

import polars as pl

from hhs_hcc.reports.decomposition import charts as pictures
from hhs_hcc.reports.decomposition.charts import Bar
from hhs_hcc.reports.decomposition.data import Decomposition, driver_key
from hhs_hcc.reports.decomposition.words import METHODS, PARTS
from hhs_hcc.reports.figure import Answer, Column, Figure, Kind
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hide_small_cells
from hhs_hcc.tables import METAL_LEVELS, MODELS
from hhs_hcc.warehouse import Row, Warehouse

TOGETHER = "Hidden drivers together"
_PLACES = 12
_MOST_PANELS = 12
# (segment type, heading, in a sentence)
SEGMENTS = (
    ("metal_level", "Metal level", "metal level"),
    ("model", "Model", "model (adult, child, infant)"),
    ("age_band", "Age", "age"),
    ("hios_plan_id", "Plan", "plan"),
)


def end_labels(found: Decomposition) -> tuple[str, str]:
    """The baseline and the actual, with what their runs are."""
    return (f"Baseline: {run_words(found, 'from')}", f"Actual: {run_words(found, 'to')}")


def run_words(found: Decomposition, role: str) -> str:
    """What a run is, as its description says."""
    run = found.runs.filter(pl.col("role") == role).row(0, named=True)
    return run["run_description"] or f"{run['model_year']} tables on {run['benefit_year']} data"


def steps_table(found: Decomposition) -> pl.DataFrame:
    """One row per stop on the way: baseline, drivers, actual; what each adds and what is reached with it."""
    before, after = end_labels(found)
    drivers = found.drivers
    amounts = ["impact_value", *(f"impact_{part}" for part in found.parts), "value_before", "value_after"]
    rows = drivers.select(
        pl.col("driver").alias("step"),
        pl.col("description").alias("what_it_holds"),
        *amounts,
        "member_count",
        HIDDEN,
    )
    parts = [rows]
    if found.together is not None:
        parts.append(_row(rows, step=TOGETHER, impact_value=found.together))
    rows = pl.concat(parts)
    header = found.header
    reached = header["value_before"] + rows["impact_value"].fill_null(0).cum_sum()
    change = float(header["total_change"])
    rows = rows.with_columns(
        share_of_change=pl.col("impact_value").cast(pl.Float64) / change if change else pl.lit(None, pl.Float64),
        # A hidden driver has no stop: the next shown one is reached without it.
        reached=pl.when(pl.col("impact_value").is_not_null()).then(reached),
    )
    ends = [
        _row(rows, step=label, what_it_holds="", reached=header[value], member_count=header[members])
        for label, value, members in (
            (before, "value_before", "member_count_before"),
            (after, "value_after", "member_count_after"),
        )
    ]
    return pl.concat([ends[0], rows, ends[1]])


def the_way(found: Decomposition) -> Figure:
    """The waterfall, or for drivers measured alone their bars."""
    metric, method = found.metric, found.header["method"]
    frame = steps_table(found)
    bars = waterfall_bars(found) if method != "marginal" else alone_bars(found)
    draw = pictures.waterfall if method != "marginal" else pictures.impact_bars
    title = metric.title if method != "marginal" else f"Impact on the {metric.name}"
    told = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    return Figure(
        name="waterfall",
        title=f"From {metric.value(found.header['value_before'])} to {metric.value(found.header['value_after'])}",
        reading=f"{METHODS[method][2]} What rises goes right, what falls goes left; so says the sign of each number.",
        frame=frame,
        columns=_steps_columns(found),
        sql=found.sql,
        chart=lambda _, width: draw(bars, width, title),
        description=f"{metric.title}. {told}.",
    )


def the_way_by_part(found: Decomposition) -> Figure:
    """The same with the medical and the drug part of each driver as steps of their own."""
    metric = found.metric
    frame = _parts_frame(found)
    before, after = end_labels(found)
    steps = [
        (f"{row['driver']}: {PARTS[row['score_part']]}", float(row["impact_value"]), metric.change(row["impact_value"]))
        for row in frame.iter_rows(named=True)
        if row["impact_value"] is not None and (row["impact_value"] or row["driver_type"] in ("component", "churn"))
    ]
    if found.together is not None:
        steps.append((TOGETHER, float(found.together), metric.change(found.together)))
    bars = _between(found, before, steps, after)
    draw = pictures.waterfall
    title = metric.title
    if found.header["method"] == "marginal":
        bars = [pictures.impact(*step) for step in steps]
        draw, title = pictures.impact_bars, f"Impact on the {metric.name}"
    return Figure(
        name="waterfall-by-part",
        title="Medical conditions and drugs apart",
        reading="Each driver in two steps: what it does to the medical part of the scores, then to that of the drugs.",
        frame=frame.with_columns(pl.col("score_part").replace(PARTS)),
        columns=[
            Column("driver", "Driver"),
            Column("score_part", "Part"),
            Column("impact_value", "Impact", metric.change_kind),
            Column("member_count", "Members", Kind.COUNT),
        ],
        sql=found.sql,
        chart=lambda _, width: draw(bars, width, title),
        description=f"{metric.title}. " + "; ".join(f"{bar.label}: {bar.text}" for bar in bars),
    )


def closing(found: Decomposition) -> Figure:
    """Baseline and drivers, added up to the actual, digit by digit."""
    steps = steps_table(found)
    # As many as are stored: rounded ones would not add up to the last place.
    value, change = (partial(write, decimals=_PLACES) for write in (found.metric.value, found.metric.change))
    rows = [
        (step, None if impact is None else change(impact), None if at is None else value(at), hidden)
        for step, impact, at, hidden in steps.select("step", "impact_value", "reached", HIDDEN).iter_rows()
    ]
    schema = {"step": pl.String, "added": pl.String, "reached": pl.String, HIDDEN: pl.String}
    impacts: Decimal = sum((one for one in steps["impact_value"] if one is not None), Decimal(0))
    before, after = (value(found.header[name]) for name in ("value_before", "value_after"))
    return Figure(
        name="sum",
        title="Baseline and drivers add up to the actual",
        reading=f"{before} and {change(impacts)} are {after}. This is checked to nine decimals: a report whose "
        "drivers do not add up is not written.",
        frame=pl.DataFrame(rows, schema=schema, orient="row"),
        columns=[Column("step", "Step"), Column("added", "Added"), Column("reached", "Reached")],
        sql=f"{found.header_sql};\n\n{found.sql}",
    )


def waterfall_bars(found: Decomposition) -> list[Bar]:
    """The bars from baseline to actual; hidden drivers are one bar, a driver that adds nothing is left out."""
    before, after = end_labels(found)
    steps = [(name, float(value), found.metric.change(value)) for name, value in _drawn(found)]
    return _between(found, before, steps, after)


def alone_bars(found: Decomposition) -> list[Bar]:
    """A bar for each driver measured alone, the interaction, and the change that they add up to."""
    metric, change = found.metric, found.header["total_change"]
    impacts = [pictures.impact(name, float(value), metric.change(value)) for name, value in _drawn(found)]
    return [*impacts, pictures.total("Total change", float(change), metric.change(change))]


def segment_figure(warehouse: Warehouse, found: Decomposition, segment_type: str) -> Figure:
    """What each segment brings to each driver: all segments add up to the drivers."""
    _, heading, words = next(one for one in SEGMENTS if one[0] == segment_type)
    answer = ask(warehouse, "decomposition/segments", batch_id=found.batch_id, segment_type=segment_type)
    impacts = _impact_columns(found)
    frame = _segments(found, answer, segment_type, impacts)
    metric = found.metric
    panels = _panels(found, frame, impacts)
    shown = frame.filter(pl.col(HIDDEN).is_null()).height
    if len(panels) < shown:
        choice = f" Drawn are the {len(panels)} that bring most, up or down; the table has all."
    else:
        choice = ""
    return Figure(
        name=f"by-{segment_type.replace('_', '-')}",
        title=f"By {words}",
        reading="What each segment brings to each driver: segments add up to the drivers, drivers to what the segment "
        f"brings to the total change. All panels have one scale.{choice}",
        frame=frame,
        columns=[
            Column("segment_value", heading),
            Column("members_before", "Members, baseline", Kind.COUNT),
            Column("members_after", "Members, actual", Kind.COUNT),
            Column("total_change", "Total change", metric.change_kind),
            *(Column(column, name, metric.change_kind) for column, name in impacts.values()),
        ],
        sql=answer.sql,
        chart=(lambda _, width: pictures.small_multiples(panels, width, f"Part of the {metric.name}"))
        if panels
        else None,
        description="; ".join(panel for panel, _ in panels),
    )


def driver_figures(warehouse: Warehouse, found: Decomposition) -> list[Figure]:
    """For each driver a table with its figures, and the queries that give them."""
    has_workings = ask(warehouse, "decomposition/has_workings", batch_id=found.batch_id).frame.item()
    return [
        _driver_figure(warehouse, found, row, has_workings=has_workings) for row in found.drivers.iter_rows(named=True)
    ]


def _driver_figure(warehouse: Warehouse, found: Decomposition, row: Row, *, has_workings: bool) -> Figure:
    first, last = row["first_step"], row["last_step"]
    steps: dict[str, str | int] = {"batch_id": found.batch_id, "first_step": first, "last_step": last}
    sql = [ask(warehouse, "decomposition/impact", **steps).sql]
    if not found.is_merged:
        sql.append(ask(warehouse, "decomposition/values", **steps).sql)
    if has_workings:
        orders = {"first_order": row["driver_order"], "last_order": row["last_order"]}
        sql.append(ask(warehouse, "decomposition/states", batch_id=found.batch_id, **orders).sql)
        told = "Its queries: the impact, the two values, and the runs and members that these are measured on."
    else:
        told = "Its queries: the impact and the two values. What they are measured on is kept for the newest only."
    of_driver = found.steps.filter(pl.col("step_index").is_between(first, last))
    is_hidden = row[HIDDEN] is not None
    parts = (
        of_driver.group_by("score_part", maintain_order=True)
        .agg(pl.sum("impact_value"), pl.sum("metric_before"), pl.sum("metric_after"))
        .with_columns(
            pl.lit(row["member_count"], pl.Int64).alias("member_count"), pl.lit(row[HIDDEN], pl.String).alias(HIDDEN)
        )
    )
    hide = [] if not is_hidden else ["impact_value"]
    hide += ["metric_before", "metric_after"] if is_hidden or found.is_merged else []
    parts = parts.with_columns(pl.lit(None, dtype=parts.schema[name]).alias(name) for name in hide)
    metric = found.metric
    return Figure(
        name=f"driver-{row['driver_order']}",
        title=row["driver"],
        reading=f"{row['description'].rstrip('.')}. {told}",
        frame=parts.with_columns(pl.col("score_part").replace({"all": "whole score", **PARTS})),
        columns=[
            Column("score_part", "Part of the score"),
            Column("impact_value", "Impact", metric.change_kind),
            Column("metric_before", "Before", metric.kind),
            Column("metric_after", "After", metric.kind),
            Column("member_count", "Members", Kind.COUNT),
        ],
        sql=";\n\n".join(sql),
    )


def _row(like: pl.DataFrame, **values: object) -> pl.DataFrame:
    """One row of the columns of a frame, null where nothing is given."""
    return pl.DataFrame({name: [values.get(name)] for name in like.columns}, schema=like.schema)


def _steps_columns(found: Decomposition) -> list[Column]:
    metric = found.metric
    return [
        Column("step", "Step"),
        Column("impact_value", "Impact", metric.change_kind),
        Column("share_of_change", "Share", Kind.SHARE),
        Column("reached", "Reached", metric.kind),
        Column("value_before", "Before", metric.kind),
        Column("value_after", "After", metric.kind),
        Column("member_count", "Members", Kind.COUNT),
        Column("what_it_holds", "What it holds"),
    ]


def _drawn(found: Decomposition) -> list[tuple[str, Decimal]]:
    """(driver, impact) of what is drawn: those shown, but for rows that say that nothing is left, and the hidden."""
    rows = found.drivers.filter(pl.col("impact_value").is_not_null()).select("driver", "driver_type", "impact_value")
    drawn = [(driver, value) for driver, kind, value in rows.iter_rows() if value or kind in ("component", "churn")]
    return drawn if found.together is None else [*drawn, (TOGETHER, found.together)]


def _between(found: Decomposition, before: str, steps: list[tuple[str, float, str]], after: str) -> list[Bar]:
    header, metric = found.header, found.metric
    start, end = header["value_before"], header["value_after"]
    return pictures.bridge(
        pictures.total(before, float(start), metric.value(start)),
        steps,
        pictures.total(after, float(end), metric.value(end)),
    )


def _parts_frame(found: Decomposition) -> pl.DataFrame:
    frame = found.drivers.select(
        "driver", "driver_type", *(f"impact_{part}" for part in found.parts), "member_count", HIDDEN
    )
    long = frame.unpivot(
        [f"impact_{part}" for part in found.parts],
        index=["driver", "driver_type", "member_count", HIDDEN],
        variable_name="score_part",
        value_name="impact_value",
    ).with_columns(pl.col("score_part").str.strip_prefix("impact_"))
    order = {driver: place for place, driver in enumerate(frame["driver"])}
    return long.sort(long["driver"].replace_strict(order, return_dtype=pl.Int64), maintain_order=True)


def _impact_columns(found: Decomposition) -> dict[int, tuple[str, str]]:
    """Of each driver's number its column in tables by segment, and its name."""
    return {
        order: (f"impact_{order}_{re.sub(r'[^a-z0-9]+', '_', driver.lower()).strip('_')}", driver)
        for order, driver in found.drivers.select("driver_order", "driver").iter_rows()
    }


def _segments(
    found: Decomposition, answer: Answer, segment_type: str, impacts: dict[int, tuple[str, str]]
) -> pl.DataFrame:
    value = pl.col("impact_value")
    keyed = answer.frame.with_columns(driver_key(found.is_merged).alias("key"))
    by_segment = keyed.group_by("segment_value").agg(
        value.sum().alias("total_change"),
        *(value.filter(pl.col("key") == order).sum().alias(column) for order, (column, _) in impacts.items()),
    )
    # A segment of members who come or go only has no part in drivers that are measured on those who stay.
    amounts = ["total_change", *(column for column, _ in impacts.values())]
    counted = (
        found.populations.by_segment(segment_type)
        .join(by_segment, on="segment_value", how="left")
        .with_columns(pl.col(amounts).fill_null(0))
    )
    hidden = hide_small_cells(
        counted, keep=["segment_value"], members=found.populations.set_columns, adds_up_within=[]
    ).drop(found.populations.set_columns)
    order = {name: place for place, name in enumerate((*METAL_LEVELS, *MODELS))}
    return (
        hidden.with_columns(
            place=pl.col("segment_value").replace_strict(order, default=None, return_dtype=pl.Int64),
            age=pl.col("segment_value").str.extract(r"^(\d+)").cast(pl.Int64, strict=False),
        )
        .sort("place", "age", "segment_value")
        .drop("place", "age")
        .with_columns(segment_words(segment_type))
    )


def segment_words(segment_type: str) -> pl.Expr:
    """Segment values in words: 60_GT is 60 and over."""
    value = pl.col("segment_value")
    if segment_type != "age_band":
        return value
    return value.str.replace(r"_GT$", " and over").str.replace("_", " to ", literal=True)


def _panels(
    found: Decomposition, frame: pl.DataFrame, impacts: dict[int, tuple[str, str]]
) -> list[tuple[str, list[Bar]]]:
    shown = frame.filter(pl.col(HIDDEN).is_null())
    if shown.height > _MOST_PANELS + len(METAL_LEVELS):
        shown = shown.sort(pl.col("total_change").cast(pl.Float64).abs(), descending=True).head(_MOST_PANELS)
    drawn = {driver for driver, _ in _drawn(found)} | {
        driver for driver, hidden in found.drivers.select("driver", HIDDEN).iter_rows() if hidden
    }
    metric = found.metric
    return [
        (
            f"{row['segment_value']} ({metric.change(row['total_change'])})",
            [
                pictures.impact(driver, float(row[column]), metric.change(row[column]))
                for column, driver in impacts.values()
                if driver in drawn
            ],
        )
        for row in shown.iter_rows(named=True)
    ]
