"""What the calculator is to reach, and whether it does. A goal that is missed is shown as missed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MILLION = 1_000_000
_PEER = "risk-adjustment-model"
_PEER_MEMBERS = 100_000


@dataclass(frozen=True)
class Goal:
    """A figure and its limit.

    Attributes:
        what: The figure, in words.
        limit: The number to reach.
        at_least: Whether the figure is to be at least the limit; else at most.
        measured: The figure; None where the run did not measure it.
        unit: Stands behind the numbers.
    """

    what: str
    limit: float
    at_least: bool
    measured: float | None
    unit: str = ""

    @property
    def verdict(self) -> str:
        """Met, missed, or not measured."""
        if self.measured is None:
            return "not measured"
        is_met = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "met" if is_met else "**missed**"


def growth_exponent(small: float, large: float, times_as_many: float) -> float:
    """By which power the cost grows: 1 is in proportion to the members."""
    return math.log(large / small) / math.log(times_as_many)


def goals(results: Mapping[str, Any]) -> list[Goal]:
    """All goals, from the results of a run.

    Args:
        results: `sizes` by the number of members as text, each with the figures of `bench.summary`; `peers`, a list.
    """
    sizes = results["sizes"]

    def figure(members: int, name: str) -> float | None:
        return sizes.get(str(members), {}).get(name)

    at = next((str(size) for size in (_MILLION, 5 * _MILLION, _PEER_MEMBERS, 10_000) if str(size) in sizes), None)
    ratio_members = int(at) if at else _MILLION
    one, five = figure(_MILLION, "score_cpu"), figure(5 * _MILLION, "score_cpu")
    peer: Mapping[str, Any] = next(
        (
            entry
            for entry in results.get("peers", [])
            if entry["name"] == _PEER and entry.get("members") == _PEER_MEMBERS and "ratio" in entry
        ),
        {},
    )
    faster = f"times as fast as {_PEER}, {_PEER_MEMBERS:,} members, wall"
    return [
        Goal(f"{faster}: from CSV files to a CSV file", 40, True, peer.get("ratio"), "x"),
        Goal(f"{faster}: its calls alone, this package from Parquet", 40, True, peer.get("alone_ratio"), "x"),
        Goal(
            f"scoring with components / bare joins, {ratio_members:,} members, wall",
            2.0,
            False,
            figure(ratio_members, "score_per_bare"),
            "x",
        ),
        Goal(
            f"scoring with evidence / with components, {ratio_members:,} members, wall",
            1.4,
            False,
            figure(ratio_members, "evidence_per_score"),
            "x",
        ),
        Goal("peak memory, scoring 1,000,000 members", 1024, False, figure(_MILLION, "score_peak_mb"), " MB"),
        Goal("peak memory, scoring 5,000,000 members", 2560, False, figure(5 * _MILLION, "score_peak_mb"), " MB"),
        Goal("peak memory, the same with evidence", 3584, False, figure(5 * _MILLION, "evidence_peak_mb"), " MB"),
        Goal(
            "exponent of CPU time from 1,000,000 to 5,000,000 members",
            1.05,
            False,
            growth_exponent(one, five, 5) if one and five else None,
        ),
    ]
