"""What the warehouse knows of payments: years of service, how far they are known, and which points may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from hhs_hcc.reports.figure import Answer
from hhs_hcc.reports.lag.curves import Payments, safe_months
from hhs_hcc.reports.queries import ask
from hhs_hcc.warehouse import Warehouse

# The claim type that stands for all of them.
ALL = "all"
# Curves are drawn to a year after their start: what comes later is in the total.
LAST_MONTH = 12
# A year whose payments are known for less than this after its end is open: more is to be expected.
RUN_OUT_MONTHS = 12

# Claims outside the years of a delivery are mostly errors: a year with fewer lines than this part of the largest is
# named and not drawn.
_SMALLEST_YEAR = 0.01


def months_between(first: date, last: date) -> int:
    """Calendar months from the month of one day to that of another."""
    return 12 * (last.year - first.year) + last.month - first.month


@dataclass(frozen=True)
class Year:
    """A year of service that is drawn.

    Attributes:
        year: The year.
        last_month: The first day of its last month with claims.
        deadline: The last day of its submission to the EDGE server; None if the calendar does not reach so far.
        seen_through: The last day whose payments are known.
    """

    year: int
    last_month: date
    deadline: date | None
    seen_through: date

    @property
    def observed(self) -> int:
        """Months of payments that are known of each of its months of service."""
        return months_between(self.last_month, self.seen_through)

    @property
    def observed_after_end(self) -> int:
        """Months after its end of which all payments are known; negative: it is not over."""
        return months_between(date(self.year, 12, 31), self.seen_through)

    @property
    def is_open(self) -> bool:
        """Whether later payments are to be expected."""
        return self.observed_after_end < RUN_OUT_MONTHS

    @property
    def is_due(self) -> bool:
        """Whether the deadline has passed and all payments by then are known."""
        return self.deadline is not None and self.deadline <= self.seen_through

    @property
    def known(self) -> str:
        """How far an open year is known, in words."""
        if self.observed_after_end < 0:
            return "not over"
        return f"{self.observed_after_end} months after its end are known"

    @property
    def name(self) -> str:
        """How its curve is named."""
        return f"{self.year} (open: {self.known})" if self.is_open else str(self.year)


@dataclass(frozen=True)
class Claims:
    """What the warehouse knows of payments.

    Attributes:
        delivered_on: The day of the newest delivery.
        seen_through: The last day of the last month whose payments are all known.
        years: The years of service that are drawn.
        left_out: Other years of service of which there are lines.
        by_months: Answer of `lag/by_months`.
        by_months_after_year: Answer of `lag/by_months_after_year`.
        by_month_of_service: Answer of `lag/by_month_of_service`.
    """

    delivered_on: date
    seen_through: date
    years: Sequence[Year]
    left_out: Sequence[int]
    by_months: Answer
    by_months_after_year: Answer
    by_month_of_service: Answer

    @classmethod
    def read(cls, warehouse: Warehouse) -> "Claims | None":
        """From an open database; None if its warehouse holds no claims that have been paid."""
        tables = "select 1 from duckdb_tables() where schema_name = 'main_warehouse' and table_name = 'fct_claim_line'"
        if not warehouse.rows(tables):
            return None
        delivered_on, seen_through = ask(warehouse, "lag/reach").frame.row(0)
        through = str(seen_through or date.min)
        found = ask(warehouse, "lag/years", seen_through=through).frame
        if not found.height:
            return None
        enough = pl.col("line_count") >= _SMALLEST_YEAR * pl.col("line_count").max()
        drawn = found.filter(enough).select("service_year", "last_month", "deadline_date")
        return cls(
            delivered_on,
            seen_through,
            [Year(year, last_month, deadline, seen_through) for year, last_month, deadline in drawn.iter_rows()],
            found.filter(~enough)["service_year"].to_list(),
            ask(warehouse, "lag/by_months", seen_through=through),
            ask(warehouse, "lag/by_months_after_year", seen_through=through),
            ask(warehouse, "lag/by_month_of_service", seen_through=through),
        )

    @property
    def years_over(self) -> Sequence[Year]:
        """The years that have ended."""
        return [year for year in self.years if year.observed_after_end >= 0]

    def from_service(self, year: Year) -> dict[str, Payments]:
        """Payments of a year by months from the month of service, by claim type and all."""
        return _payments(self.by_months, year.year, year.observed)

    def safe_from_service(self, year: Year) -> list[int]:
        """The months at which the year's curve of `from_service` may be shown."""
        return safe_months([self.from_service(year)[ALL]], range(LAST_MONTH + 1))

    def after_end(self, year: Year) -> dict[str, Payments]:
        """Payments of a year by months after its end, by claim type and all."""
        observed = year.observed_after_end
        if observed == self.deadline_month(year) and not year.is_due:
            # The deadline has moved past the end of its month: what is paid by then is not all known.
            observed -= 1
        return _payments(self.by_months_after_year, year.year, observed)

    def safe_after_end(self, year: Year) -> list[int]:
        """The months at which the year's curve of `after_end` may be shown: the deadline before others."""
        deadline = self.deadline_month(year)
        others = [month for month in range(LAST_MONTH + 1) if month != deadline]
        return safe_months([self.after_end(year)[ALL]], [deadline, *others])

    def deadline_month(self, year: Year) -> int:
        """The month after the year's end that ends with the submission deadline."""
        rows = self.by_months_after_year.frame.filter(pl.col("service_year") == year.year)
        return max(rows["deadline_month"].drop_nulls(), default=0)


def _payments(answer: Answer, year: int, observed: int) -> dict[str, Payments]:
    parts = answer.frame.filter(pl.col("service_year") == year).partition_by("claim_type", as_dict=True)
    return {str(name): Payments.of(part, observed) for (name,), part in sorted(parts.items(), key=lambda one: one[0])}
