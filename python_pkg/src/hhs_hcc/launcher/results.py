"""What a comparison or decomposition has found, read from its tables: aggregates only."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hhs_hcc.launcher.project import Project


@dataclass(frozen=True)
class ComparisonResults:
    """The row of comparison_summary."""

    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Driver:
    """A bar of the waterfall: a row of decomposition_scenarios."""

    name: str
    driver_type: str
    impact: Decimal
    member_count: int | None


@dataclass(frozen=True)
class DecompositionResults:
    """A waterfall.

    Attributes:
        header: The row of decomposition.
        drivers: In order; they add up to the header's total_change.
    """

    header: Mapping[str, Any]
    drivers: tuple[Driver, ...]


Results = ComparisonResults | DecompositionResults


def read_results(project: Project, kind: str, batch_id: str) -> Results:
    """The results of a completed comparison or decomposition."""
    if kind == "comparison":
        rows = project.query("select * from main_analytics.comparison_summary where batch_id = ?", [batch_id])
        return ComparisonResults(rows[0])
    header = project.query("select * from main_analytics.decomposition where batch_id = ?", [batch_id])[0]
    drivers = project.query(
        "select driver_name as name, driver_type, impact_value as impact, member_count"
        " from main_analytics.decomposition_scenarios where batch_id = ? order by step_index",
        [batch_id],
    )
    return DecompositionResults(header, tuple(Driver(**driver) for driver in drivers))
