"""Two commits' figures, and whether the second is slower by more than chance."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# The share by which CPU time may rise.
ALLOWED_RISE = 0.15
# A stage that differs by less is not worth a red build, whatever its ratio.
SMALLEST_DIFFERENCE = 0.01
# With fewer rounds an interval says nothing.
FEWEST_ROUNDS = 5
_RESAMPLES = 2000
_LEVEL = 0.95


@dataclass(frozen=True)
class Comparison:
    """One stage at two commits.

    Attributes:
        stage: Its name.
        base: Median CPU seconds at the base.
        head: Median CPU seconds at the head.
        ratio: Median of the ratios head / base of each round.
        low: Lower end of the interval of that median.
        high: Upper end.
    """

    stage: str
    base: float
    head: float
    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Slower or faster where neither chance nor a hundredth of a second explains it; too slow above the limit."""
        if abs(self.head - self.base) < SMALLEST_DIFFERENCE:
            return "same"
        if self.ratio > 1 + ALLOWED_RISE and self.low > 1:
            return "too slow"
        if self.low > 1:
            return "slower"
        if self.high < 1:
            return "faster"
        return "same"


def compare(stage: str, base: Sequence[float], head: Sequence[float]) -> Comparison:
    """Compare the CPU seconds of two commits, round by round.

    Raises:
        ValueError: If the rounds do not match or are too few to tell.
    """
    if len(base) < FEWEST_ROUNDS:
        raise ValueError(
            f"{len(base)} rounds cannot tell a difference from chance; at least {FEWEST_ROUNDS} are needed."
        )
    ratios = [after / before for before, after in zip(base, head, strict=True)]
    low, high = interval_of_median(ratios)
    return Comparison(stage, statistics.median(base), statistics.median(head), statistics.median(ratios), low, high)


def interval_of_median(values: Sequence[float]) -> tuple[float, float]:
    """A bootstrap interval; the same values give the same interval."""
    draw = random.Random(len(values))
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    cut = round(_RESAMPLES * (1 - _LEVEL) / 2)
    return medians[cut], medians[-1 - cut]


def is_regression(comparisons: Sequence[Comparison]) -> bool:
    """Whether any stage is too slow."""
    return any(comparison.verdict == "too slow" for comparison in comparisons)
