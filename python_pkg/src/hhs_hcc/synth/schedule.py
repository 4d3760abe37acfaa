"""When the deliveries of a year are made, what each of them can know, and what its delivery.json says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hhs_hcc.errors import InputError
from hhs_hcc.synth.calendar import day_of, first_day, last_day
from hhs_hcc.synth.streams import IntArray
from hhs_hcc.synth.text import dates

DELIVERIES = 4
CHANGES = 0.05
MOST_DELIVERIES = 366

FIRST_DAY = (0, 4, 1)
LAST_DAY = (1, 6, 30)
"""Of the first and the last delivery of a series: years after the benefit year, month, day."""

DAY_OF_ALL = (1, 7, 1)
"""Of the delivery of an issuer that delivers once."""

ALWAYS = np.iinfo(np.int64).max
"""A last known day after all others."""


@dataclass(frozen=True)
class Schedule:
    """The deliveries of a year, and which of them is made.

    Attributes:
        year: Benefit year.
        years: All benefit years that the delivery holds, in order; `year` is one of them.
        number: The delivery that is made, from 1.
        of: How many there are.
        changes: Share of what was delivered before that changes from one delivery to the next.
        days: Day of each delivery.
        known: The last day that each delivery knows about.
    """

    year: int
    years: tuple[int, ...]
    number: int
    of: int
    changes: float
    days: IntArray
    known: IntArray

    @classmethod
    def once(cls, year: int) -> "Schedule":
        """One delivery with everything, after the run-out."""
        (schedule,) = cls.together([year])
        return schedule

    @classmethod
    def together(cls, years: Sequence[int]) -> tuple["Schedule", ...]:
        """One delivery with everything of several years, after the run-out of the last: a schedule for each year."""
        in_order = tuple(sorted(set(years)))
        day, known = _day(in_order[-1], DAY_OF_ALL), np.array([ALWAYS])
        return tuple(cls(year, in_order, 1, 1, 0.0, day, known) for year in in_order)

    @classmethod
    def series(cls, year: int, number: int, of: int, changes: float) -> "Schedule":
        """One of several deliveries, spread evenly over the year and its run-out.

        Raises:
            InputError: If there is no such delivery, or the changes are no share.
        """
        if not 1 <= of <= MOST_DELIVERIES:
            raise InputError(f"A year can have 1 to {MOST_DELIVERIES} deliveries; found {of} (--of).")
        if not 1 <= number <= of:
            raise InputError(
                f"The year has {of} deliveries, 1 to {of}; there is no delivery {number}. Change --delivery or --of."
            )
        if not 0 <= changes <= 1:
            raise InputError(
                f"The share that changes lies between 0 and 1, for example {CHANGES}; found {changes} (--changes)."
            )
        first, last = _day(year, FIRST_DAY).item(), _day(year, LAST_DAY).item()
        days = np.rint(np.linspace(first, last, of)).astype(np.int64) if of > 1 else np.array([last])
        # Deliveries are made in the morning: what happens on the day itself comes with the next one.
        return cls(year, (year,), number, of, changes, days, days - 1)

    @property
    def known_now(self) -> int:
        """The last day that this delivery knows about."""
        return int(self.known[self.number - 1])

    @property
    def known_before(self) -> int:
        """The last day that the delivery before knew about; before the first, nothing of the year was known."""
        return int(self.known[self.number - 2]) if self.number > 1 else first_day(self.year) - 1

    @property
    def first_told(self) -> int:
        """The first day that rows of the year may speak of: an earlier year, where there is one, tells what was before.

        Without one it is long ago.
        """
        return first_day(self.year) if self.year > self.years[0] else -ALWAYS

    @property
    def last_told(self) -> int:
        """The last day that rows of the year may speak of: a later year, where there is one, tells what comes after."""
        return last_day(self.year) if self.year < self.years[-1] else ALWAYS

    def steps(self) -> Iterator[int]:
        """The deliveries up to this one that have one before them."""
        return iter(range(2, self.number + 1))

    def first_to_know(self, day: IntArray) -> IntArray:
        """The first delivery that knows what happened on a day; the last one knows all."""
        delivery: IntArray = np.minimum(np.searchsorted(self.known, day) + 1, self.of)
        return delivery

    def decided(self, paid_on: IntArray) -> IntArray:
        """Days on which claims are decided: what is open at the end of a series is decided on its last day."""
        days: IntArray = np.minimum(paid_on, self.known[-1])
        return days

    def manifest(self) -> dict[str, object]:
        """What delivery.json holds."""
        return {
            "load_timestamp": f"{dates(self.days)[self.number - 1]}T06:00:00",
            "claims": "full" if self.number == 1 else "changes",
            "delivery": self.number,
            "deliveries": self.of,
            **({"benefit_years": list(self.years)} if len(self.years) > 1 else {"benefit_year": self.year}),
        }


def _day(year: int, day: tuple[int, int, int]) -> IntArray:
    years_after, month, day_of_month = day
    return day_of(year + years_after, month, day_of_month)
