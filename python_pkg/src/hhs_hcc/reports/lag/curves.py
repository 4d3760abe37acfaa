"""Maturity curves: shares that add up month by month, shown only where enough members stand behind each step.

A point of a cumulative curve is not a cell of its own: two neighbouring points are, because their difference is what
was paid between them. So points are left out until every step between two that are shown, and the rest after the last
one, stands for nobody or for 11 members.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from hhs_hcc.reports.suppression import COMPLEMENT, HIDDEN
from hhs_hcc.terminal import is_small


@dataclass(frozen=True)
class Payments:
    """What was paid of a group of claim lines, by months from some start.

    Attributes:
        member_count: Members with a line paid in the month.
        last_count: Those of them of whom nothing was paid later. Their sum over months counts no member twice.
        line_count: Lines.
        paid_amount: Dollars.
        observed: The last month after the start of which all payments are known.
    """

    member_count: Mapping[int, int]
    last_count: Mapping[int, int]
    line_count: Mapping[int, int]
    paid_amount: Mapping[int, float]
    observed: int

    @classmethod
    def of(cls, rows: pl.DataFrame, observed: int) -> "Payments":
        """From rows with the columns `months`, `member_count`, `last_count`, `line_count`, `paid_amount` if any."""

        def by_month(column: str) -> dict[int, int]:
            return dict(rows.select("months", column).iter_rows()) if column in rows.columns else {}

        return cls(
            by_month("member_count"), by_month("last_count"), by_month("line_count"), by_month("paid_amount"), observed
        )

    def share(self, of: Mapping[int, float], month: int) -> float | None:
        """The part of a measure that was paid by a month, of all that has been seen so far."""
        total = float(sum(of.values()))
        return sum(float(value) for at, value in of.items() if at <= month) / total if total else None

    def members_between(self, after: int | None, through: int | None) -> int:
        """At least how many members stand behind what was paid after one month and by another; None: open end."""
        months = [
            month
            for month in self.member_count
            if (after is None or month > after) and (through is None or month <= through)
        ]
        most = max((self.member_count[month] for month in months), default=0)
        return max(most, sum(self.last_count[month] for month in months))


def safe_months(groups: Iterable[Payments], wanted: Sequence[int]) -> list[int]:
    """The months at which the curves of all groups may be shown.

    Args:
        groups: Groups that add up to another one, or a single one. All are shown at the same months: else the one that
            is not shown somewhere would be the total less the others.
        wanted: Months in the order of their importance.
    """
    kept: list[int] = []
    together = list(groups)
    for month in wanted:
        points = sorted([*kept, month])
        if all(_is_safe(group, points) for group in together):
            kept = points
    return kept


def _is_safe(group: Payments, points: Sequence[int]) -> bool:
    shown = [point for point in points if point <= group.observed]
    ends = [None, *shown, None]
    return not any(is_small(group.members_between(*step)) for step in pairwise(ends)) or not shown


def curve(group: Payments, safe: Sequence[int], last: int) -> pl.DataFrame:
    """A row for each month from 0 to what is observed: shares of lines and dollars known by its end.

    Args:
        group: The payments.
        safe: The months that may be shown.
        last: Where the curve ends at the latest.

    A month that may not be shown is marked as hidden: its share would tell of few members what was paid then or later.
    """
    rows = [
        (month, group.share(group.line_count, month), group.share(group.paid_amount, month), None)
        if month in safe
        else (month, None, None, COMPLEMENT)
        for month in range(min(group.observed, last) + 1)
    ]
    schema = {"months": pl.Int64, "line_share": pl.Float64, "paid_share": pl.Float64, HIDDEN: pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
