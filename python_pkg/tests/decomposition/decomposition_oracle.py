"""The mathematics of a decomposition once more, member by member in fractions: what the models are held against.

Written from the definitions, not from the SQL: no cells, no terms. It is slow and says what it means.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

from decomposition_harness import Member, Runs

Pair = tuple[Fraction, Fraction]
Population = Sequence[str]
NOBODY = (Fraction(0), Fraction(0))


def decompose(runs: Runs, spec: Mapping[str, Any], dollars: str | None = None) -> dict[str, Fraction]:
    """Impact by driver, and the total change under the name `total`; population rows of zero are left out."""
    return _Oracle(runs, spec["analysis"], dollars).drivers()


class _Oracle:
    def __init__(self, runs: Runs, analysis: Mapping[str, Any], dollars: str | None) -> None:
        self.runs = runs
        self.analysis = analysis
        self.metric = analysis["metric"]
        self.rate = Fraction(dollars or 1)
        self.baseline: str = analysis["baseline"]
        self.actual: str = analysis["actual"]
        self.frame = self.population(self.baseline, self.actual, analysis["population_mode"])

    def pair(self, run: str, name: str) -> Pair:
        """Numerator and denominator of a member."""
        member: Member = self.runs[run][name]
        months = sum((Fraction(part) for part in member.months), Fraction(0))
        if self.metric in ("mean", "sum"):
            return Fraction(member.score), Fraction(1)
        return Fraction(member.score) * months, months

    def value(self, pairs: Sequence[Pair]) -> Fraction:
        numerator = sum((pair[0] for pair in pairs), Fraction(0))
        if self.metric in ("sum", "dollars"):
            return numerator * self.rate
        return numerator / sum((pair[1] for pair in pairs), Fraction(0))

    def population(self, before: str, after: str, mode: str) -> Population:
        if mode == "intersection":
            return sorted(set(self.runs[before]) & set(self.runs[after]))
        return sorted(self.runs[before if mode == "baseline_population" else after])

    def step(self, before: str, after: str, mode: str) -> Fraction:
        """A change over the population that the mode makes of the two runs."""
        members = self.population(before, after, mode)

        def over(run: str, other: str) -> Fraction:
            return self.value(
                [
                    self.pair(run, name) if name in self.runs[run] else (Fraction(0), self.pair(other, name)[1])
                    for name in members
                ]
            )

        return over(after, before) - over(before, after)

    def framed(self, run: str) -> Fraction:
        """The value of a run over the frame."""

        def of(name: str) -> Pair:
            if name in self.runs[run]:
                return self.pair(run, name)
            stand_in = self.baseline if name in self.runs[self.baseline] else self.actual
            numerator, denominator = self.pair(stand_in, name)
            return (numerator if self.analysis["population_mode"] == "intersection" else Fraction(0), denominator)

        return self.value([of(name) for name in self.frame])

    def drivers(self) -> dict[str, Fraction]:
        total = self.framed(self.actual) - self.framed(self.baseline)
        found: dict[str, Fraction] = {}
        explained = Fraction(0)
        for number, component in enumerate(self.analysis["components"]):
            steps = self.steps(number)
            own = _mean([self.step(*pair, component["population_mode"]) for pair in steps])
            effect = _mean([self.framed(after) - self.framed(before) for before, after in steps])
            found[component["name"]] = own
            if effect != own:
                found[f"Population change ({component['name']})"] = effect - own
            explained += effect
        if self.analysis["method"] != "shapley":
            found["Interaction"] = total - explained
        if self.analysis["separate_churn"]:
            everyone: Callable[[str], Fraction] = lambda run: self.value(  # noqa: E731
                [self.pair(run, name) for name in self.runs[run]]
            )
            found["Lost members"] = self.framed(self.baseline) - everyone(self.baseline)
            found["New members"] = everyone(self.actual) - self.framed(self.actual)
            total = everyone(self.actual) - everyone(self.baseline)
        return {**found, "total": total}

    def steps(self, number: int) -> list[tuple[str, str]]:
        """The comparisons of two runs whose mean is a component; for Shapley values one for each order."""
        names = [component["scenario"] for component in self.analysis["components"]]
        if self.analysis["method"] == "sequential":
            return [(names[number - 1] if number else self.baseline, names[number])]
        if self.analysis["method"] == "marginal":
            return [(self.baseline, names[number])]
        chosen = names[number]
        earlier = [order[: order.index(chosen)] for order in permutations(names)]
        return [(self.combined(names, before), self.combined(names, (*before, chosen))) for before in earlier]

    def combined(self, names: Sequence[str], parts: Sequence[str]) -> str:
        if not parts:
            return self.baseline
        if len(parts) == len(names):
            return self.actual
        (scenario,) = (run for run in self.runs if sorted(run.split("+")) == sorted(parts))
        return scenario


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
