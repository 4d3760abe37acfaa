"""What a decomposition holds, read, checked that it adds up, and with cells of few members hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports.decomposition.words import DRIVERS, LEFT_OVER, PARTS, Metric, metric_of
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hide_small_cells
from hhs_hcc.terminal import is_small, member_cell
from hhs_hcc.warehouse import AnalysisType, Row, RunNotFoundError, Warehouse

# Impacts are shown to three decimals and checked to nine.
_HALF_OF_THE_NINTH = Decimal("5e-10")


class DriversDoNotAddUpError(HhsHccError):
    """Baseline and drivers of a decomposition are not its actual: it cannot be explained by them."""


@dataclass(frozen=True)
class Populations:
    """Who is scored by which runs: the sets that all populations of a decomposition are made of.

    Attributes:
        frame: One row per segment and set of runs: segment_type, segment_value, scored_by, member_count.
        baseline: The scenario that the change is measured from.
        actual: The scenario that it is measured to.
        mode: Whose change is explained.
    """

    frame: pl.DataFrame
    baseline: str
    actual: str
    mode: str

    @property
    def are_close(self) -> bool:
        """Whether two populations may differ by 1 to 10 members, whose scores could then be worked out."""
        return any(is_small(count) for count in self._of("total")["member_count"])

    @property
    def explained_count(self) -> int:
        """How many members the drivers explain, those aside who come and go."""
        ends = {"baseline_population": [self.baseline], "scenario_population": [self.actual]}
        return self._count(ends.get(self.mode, [self.baseline, self.actual]))

    def require_all_of(self, header: Mapping[str, Any], batch_id: str) -> None:
        """Refuse where scores are gone that tell which figures few members stand behind.

        Args:
            header: member_count_before, member_count_after and is_churn_separate.
            batch_id: To name the decomposition.

        Raises:
            HhsHccError: If other members are found than the decomposition counted.
        """
        for end, column in ((self.baseline, "member_count_before"), (self.actual, "member_count_after")):
            found = self._count([end]) if header["is_churn_separate"] else self.explained_count
            if found != header[column]:
                raise HhsHccError(
                    f"Decomposition {batch_id} counted {member_cell(header[column])} members of {end}, but "
                    f"main_runs.risk_score_members now holds {member_cell(found)}: without its scores nobody can say "
                    "which figures few members stand behind. Run its scenario again."
                )

    def by_segment(self, segment_type: str) -> pl.DataFrame:
        """One row per segment value: members of the baseline and the actual, and those of each set of runs.

        The columns of the sets are those that `set_columns` names.
        """
        found = self._of(segment_type)
        sets = {tuple(names): f"set_{number}" for number, names in enumerate(self._sets(), 1)}
        counts = [
            pl.col("member_count").filter(pl.col("scored_by") == list(names)).sum().alias(column)
            for names, column in sets.items()
        ]
        ends = [
            pl.col("member_count").filter(pl.col("scored_by").list.contains(end)).sum().alias(column)
            for end, column in ((self.baseline, "members_before"), (self.actual, "members_after"))
        ]
        return found.group_by("segment_value").agg(*ends, *counts).sort("segment_value")

    @property
    def set_columns(self) -> list[str]:
        """The names of the columns of the sets in `by_segment`."""
        return [f"set_{number}" for number, _ in enumerate(self._sets(), 1)]

    def _of(self, segment_type: str) -> pl.DataFrame:
        return self.frame.filter(pl.col("segment_type") == segment_type)

    def _count(self, scored_by: list[str]) -> int:
        """Members whom all of these runs score."""
        wanted = (pl.col("scored_by").list.contains(scenario) for scenario in scored_by)
        return int(self._of("total").filter(*wanted)["member_count"].sum())

    def _sets(self) -> list[list[str]]:
        return self._of("total").sort("scored_by")["scored_by"].to_list()


@dataclass(frozen=True)
class Decomposition:
    """A decomposition as a report needs it.

    Attributes:
        run: Its row of the run registry.
        header: Its row of main_analytics.decomposition.
        metric: What is decomposed.
        runs: One row per scoring run that it reads.
        populations: Who is scored by which runs.
        drivers: One row per driver in order: driver_order, last_order, first_step, last_step, driver, driver_type,
            description, member_count, value_before, value_after, impact_value, of parts impact_medical and impact_rx,
            and hidden.
        steps: The same by part of the score, nothing hidden: never to be shown.
        sql: The query behind `drivers`.
        header_sql: The query behind `header`.
        is_merged: Populations are so close that each driver holds its population change, too.
    """

    run: Row
    header: Row
    metric: Metric
    runs: pl.DataFrame
    populations: Populations
    drivers: pl.DataFrame
    steps: pl.DataFrame
    sql: str
    header_sql: str
    is_merged: bool

    @property
    def batch_id(self) -> str:
        """The run_id of the decomposition."""
        return str(self.run["run_id"])

    @property
    def is_hidden(self) -> bool:
        """Whether it is about too few members to show anything of it."""
        counts = (self.header["member_count_before"], self.header["member_count_after"])
        return any(is_small(count) for count in (*counts, self.populations.explained_count))

    @property
    def parts(self) -> list[str]:
        """The parts of the score that are shown apart; none where it is one."""
        return [part for part in PARTS if f"impact_{part}" in self.drivers.columns]

    @property
    def together(self) -> Decimal | None:
        """What the hidden drivers add up to, which the others give away; None if none is hidden."""
        if self.drivers[HIDDEN].is_null().all():
            return None
        shown: Decimal = sum((impact for impact in self.drivers["impact_value"] if impact is not None), Decimal(0))
        return Decimal(self.header["total_change"]) - shown


def read_decomposition(warehouse: Warehouse, label: str | None) -> Decomposition:
    """Read a completed decomposition.

    Args:
        warehouse: The open database.
        label: A run_id, a run_description, or latest.

    Raises:
        RunNotFoundError: If there is none, or its results are gone.
        DriversDoNotAddUpError: If its drivers do not lead from the baseline to the actual.
    """
    run = warehouse.completed_run(AnalysisType.DECOMPOSITION, label)
    batch_id = run["run_id"]
    headers = ask(warehouse, "decomposition/header", batch_id=batch_id)
    if headers.frame.is_empty():
        raise RunNotFoundError(
            f"Run {batch_id} is a completed decomposition, but main_analytics.decomposition has no row of it. "
            "Run its scenario again; hhs-hcc runs --type decomposition lists the others."
        )
    header = headers.frame.row(0, named=True)
    steps = ask(warehouse, "decomposition/drivers", batch_id=batch_id)
    require_closed(header, steps.frame, batch_id)
    populations = Populations(
        ask(warehouse, "decomposition/populations", batch_id=batch_id).frame,
        header["baseline"],
        header["actual"],
        header["population_mode"],
    )
    populations.require_all_of(header, batch_id)
    is_merged = populations.are_close
    drivers = _drivers(steps.frame, header["method"], populations.explained_count if is_merged else None)
    return Decomposition(
        run=run,
        header=header,
        metric=metric_of(header),
        runs=ask(warehouse, "decomposition/runs", batch_id=batch_id).frame,
        populations=populations,
        drivers=drivers,
        steps=steps.frame,
        sql=steps.sql,
        header_sql=headers.sql,
        is_merged=is_merged,
    )


def require_closed(header: Mapping[str, Decimal], steps: pl.DataFrame, batch_id: str) -> None:
    """Refuse a decomposition whose drivers do not add up, to nine decimals.

    Args:
        header: value_before and value_after.
        steps: impact_value of each driver.
        batch_id: To name it.

    Raises:
        DriversDoNotAddUpError: If baseline plus drivers is not the actual.
    """
    drivers: Decimal = sum(steps["impact_value"].to_list(), Decimal(0))
    reached = header["value_before"] + drivers
    if abs(reached - header["value_after"]) > _HALF_OF_THE_NINTH:
        raise DriversDoNotAddUpError(
            f"The drivers of decomposition {batch_id} do not add up: baseline {header['value_before']} and drivers "
            f"{drivers} are {reached}, but the actual is {header['value_after']}. Rows of "
            "main_analytics.decomposition_scenarios are missing or were changed: run its scenario again."
        )


def driver_key(is_merged: bool) -> pl.Expr:
    """The driver that a row counts under: where populations are close, a population change is part of its component."""
    order = pl.col("driver_order")
    if not is_merged:
        return order
    return pl.when(pl.col("driver_type") == "population").then(order - 1).otherwise(order)


def _drivers(steps: pl.DataFrame, method: str, explained_count: int | None) -> pl.DataFrame:
    """One row per driver, few members hidden.

    With `explained_count`, populations differ by few members: then all drivers but those of who comes and goes are
    given over the members explained, where no member counts in one and not in the other, and without the values that
    they are differences of.
    """
    is_merged = explained_count is not None
    value = pl.col("impact_value")
    parts = [part for part in PARTS if part in steps["score_part"]]
    drivers = (
        steps.group_by(driver_key(is_merged).alias("key"), maintain_order=True)
        .agg(
            pl.first("driver", "driver_type", "description", "member_count"),
            pl.min("step_index").alias("first_step"),
            pl.max("step_index").alias("last_step"),
            pl.max("driver_order").alias("last_order"),
            pl.sum("metric_before").alias("value_before"),
            pl.sum("metric_after").alias("value_after"),
            value.sum(),
            *(value.filter(pl.col("score_part") == part).sum().alias(f"impact_{part}") for part in parts),
        )
        .rename({"key": "driver_order"})
        .with_columns(
            pl.when(pl.col("driver_type") == "interaction")
            .then(pl.lit(LEFT_OVER.get(method)))
            .otherwise(pl.col("driver").replace_strict(DRIVERS, default=pl.col("description")))
            .alias("description")
        )
    )
    names = ["driver_order", "last_order", "first_step", "last_step", "driver", "driver_type", "description"]
    if not is_merged:
        return hide_small_cells(drivers, keep=names, adds_up_within=[])
    is_churn = pl.col("driver_type") == "churn"
    counted = drivers.with_columns(pl.when(is_churn).then("member_count").otherwise(explained_count))
    hidden = hide_small_cells(counted, keep=names, adds_up_within=[])
    return hidden.with_columns(
        pl.when(is_churn).then("member_count").alias("member_count"),
        *(pl.lit(None, dtype=drivers.schema[name]).alias(name) for name in ("value_before", "value_after")),
    )
