"""The score bridge: why actual and baseline differ, down to the variables of the model, without further runs."""

import polars as pl

from hhs_hcc.reports.decomposition import charts as pictures
from hhs_hcc.reports.decomposition.data import Decomposition
from hhs_hcc.reports.decomposition.words import BRIDGE, Metric, metric_of
from hhs_hcc.reports.figure import Column, Figure, Kind
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hide_small_cells
from hhs_hcc.warehouse import Warehouse

_MOST_VARIABLES = 20
_NAME, _HOLDS = 0, 1


def bridge_figures(warehouse: Warehouse, found: Decomposition) -> list[Figure]:
    """The drivers of the bridge, and the variables that moved most.

    None where there is no bridge, or where populations are close: then its drivers and those of the waterfall would
    tell of the few members by whom they differ.

    Args:
        warehouse: The open database.
        found: The decomposition, whose baseline and actual the bridge compares.
    """
    if found.is_merged:
        return []
    # The bridge knows no dollars; the PLRS weighs members by months as they do.
    name = "member_month_mean" if found.header["metric"] == "dollars" else found.header["metric"]
    asked = {"batch_id": found.batch_id, "metric": name}
    drivers = ask(warehouse, "decomposition/bridge", **asked)
    if drivers.frame.is_empty():
        return []
    metric = metric_of({"metric": name})
    # What rounding leaves is no figure of anybody, and would protect no other one.
    frame = _named(drivers.frame.filter(pl.col("driver") != "rounding"))
    frame = hide_small_cells(frame, keep=["driver_index", "driver", "name", "what_it_holds"], adds_up_within=[])
    shown = frame.filter(pl.col(HIDDEN).is_null())
    bars = [
        pictures.impact(name, float(value), metric.change(value))
        for name, value in shown.select("name", "impact_value").iter_rows()
    ]
    variables = ask(warehouse, "decomposition/bridge_variables", **asked)
    return [
        Figure(
            name="bridge",
            title="Why the members' scores changed",
            reading=f"The {metric.name} over everyone whom either run scores, explained from the terms of each score. "
            "First CMS's tables change, then the members. Rounding is left out.",
            frame=frame,
            columns=[
                Column("name", "Driver"),
                Column("what_it_holds", "What it holds"),
                Column("member_count", "Members", Kind.COUNT),
                Column("impact_value", "Impact", metric.change_kind),
            ],
            sql=drivers.sql,
            chart=(lambda _, width: pictures.impact_bars(bars, width, f"Impact on the {metric.name}"))
            if bars
            else None,
            description="; ".join(f"{bar.label}: {bar.text}" for bar in bars),
        ),
        _variables(variables.frame, shown["driver"].to_list(), variables.sql, metric),
    ]


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("driver").replace_strict({driver: words[place] for driver, words in BRIDGE.items()}).alias(column)
        for column, place in (("name", _NAME), ("what_it_holds", _HOLDS))
    )


def _variables(frame: pl.DataFrame, shown_drivers: list[str], sql: str, metric: Metric) -> Figure:
    # All variables of a driver add up to it: where it is hidden, none of them is shown.
    named = _named(frame.filter(pl.col("driver").is_in(shown_drivers)))
    hidden = hide_small_cells(
        named, keep=["driver", "name", "variable", "meaning", "what_it_holds"], adds_up_within=["driver"]
    )
    top = hidden.filter(pl.col(HIDDEN).is_null()).head(_MOST_VARIABLES)
    bars = [
        pictures.impact(f"{variable.removeprefix('HHS_')}: {name}", float(value), metric.change(value))
        for variable, name, value in top.select("variable", "name", "impact_value").iter_rows()
    ]
    return Figure(
        name="bridge-variables",
        title=f"The {top.height} variables that moved most",
        reading="Terms of the model, by the size of their impact. Terms that few members stand behind are left out.",
        frame=top.select("variable", "meaning", "name", "member_count", "impact_value", HIDDEN),
        columns=[
            Column("variable", "Variable"),
            Column("meaning", "What it is"),
            Column("name", "Driver"),
            Column("member_count", "Members", Kind.COUNT),
            Column("impact_value", "Impact", metric.change_kind),
        ],
        sql=sql,
        chart=(lambda _, width: pictures.impact_bars(bars, width, f"Impact on the {metric.name}")) if bars else None,
        description="; ".join(f"{bar.label}: {bar.text}" for bar in bars),
    )
