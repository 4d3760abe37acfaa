"""The numbers in docs/explanation/choosing_a_method.md follow from its five members."""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "choosing_a_method.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
DOLLARS_PER_POINT = 400

Run = tuple[int, int]
"""Year of the tables, year of the data."""
BASELINE, ACTUAL = (2024, 2024), (2025, 2025)
MODEL_CHANGE, POPULATION_MIX = (2025, 2024), (2024, 2025)


def table(first_header: str, *more: str) -> list[dict[str, str]]:
    """The table of the page whose header begins with these cells, a mapping a row."""
    lines = PAGE.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(" | ".join([f"| {first_header}", *more])))
    rows = list(itertools.takewhile(lambda line: line.startswith("|"), lines[start:]))
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


MEMBERS = {row["Member"]: row for row in table("Member")}


def score(member: str, run: Run) -> Fraction:
    return Fraction(MEMBERS[member][f"{run[0]} tables, {run[1]} data"])


def months(member: str, run: Run) -> int:
    return int(MEMBERS[member][f"Months {run[1]}"])


def scored(run: Run) -> set[str]:
    return {member for member, row in MEMBERS.items() if row[f"Months {run[1]}"]}


STAYERS = scored(BASELINE) & scored(ACTUAL)

Metric = Callable[[Run, Iterable[str]], Fraction]


def mean(run: Run, population: Iterable[str]) -> Fraction:
    """A member of the population whom the run does not score counts with zero."""
    people = list(population)
    return sum((score(member, run) for member in people if member in scored(run)), Fraction(0)) / len(people)


def points(run: Run, population: Iterable[str]) -> Fraction:
    return sum((score(member, run) * months(member, run) for member in population), Fraction(0))


METRICS: Mapping[str, Metric] = {
    "mean": mean,
    "member_month_mean": lambda run, who: points(run, who) / sum(months(member, run) for member in who),
    "sum": lambda run, who: sum((score(member, run) for member in who), Fraction(0)),
    "dollars": lambda run, who: points(run, who) * DOLLARS_PER_POINT,
}


def moved(start: Run, end: Run, population: Iterable[str] = frozenset(STAYERS), metric: Metric = mean) -> Fraction:
    people = set(population)
    return metric(end, people) - metric(start, people)


def assert_shows(written: str, value: Fraction) -> None:
    number = Fraction(written.replace(",", ""))
    decimals = len(written.split(".")[1]) if "." in written else 0
    assert number == Fraction(round(value * 10**decimals), 10**decimals)
    assert math.isclose(float(number), float(value), abs_tol=1e-12), "the page must not round"


def test_the_four_runs_have_the_means_of_those_who_stayed() -> None:
    for row in table("Tables", "2024 data"):
        for year in (2024, 2025):
            assert_shows(row[f"{year} data"], mean((int(row["Tables"]), year), STAYERS))


METHODS = {
    "sequential, tables first": (moved(BASELINE, MODEL_CHANGE), moved(MODEL_CHANGE, ACTUAL), Fraction(0)),
    "sequential, data first": (moved(POPULATION_MIX, ACTUAL), moved(BASELINE, POPULATION_MIX), Fraction(0)),
    "marginal": (
        moved(BASELINE, MODEL_CHANGE),
        moved(BASELINE, POPULATION_MIX),
        moved(BASELINE, ACTUAL) - moved(BASELINE, MODEL_CHANGE) - moved(BASELINE, POPULATION_MIX),
    ),
    "shapley": (
        (moved(BASELINE, MODEL_CHANGE) + moved(POPULATION_MIX, ACTUAL)) / 2,
        (moved(BASELINE, POPULATION_MIX) + moved(MODEL_CHANGE, ACTUAL)) / 2,
        None,
    ),
}


@pytest.mark.parametrize("row", table("Method"), ids=lambda row: row["Method"])
def test_a_method_divides_the_total_as_shown(row: dict[str, str]) -> None:
    model_change, population_mix, interaction = METHODS[row["Method"]]
    assert_shows(row["Model change"], model_change)
    assert_shows(row["Population mix"], population_mix)
    if interaction is None:
        assert row["Interaction"] == "none"
    else:
        assert_shows(row["Interaction"], interaction)
    assert_shows(row["Total"], model_change + population_mix + (interaction or 0))
    assert_shows(row["Total"], moved(BASELINE, ACTUAL))


def test_every_method_is_shown() -> None:
    assert {row["Method"] for row in table("Method")} == set(METHODS)


@pytest.mark.parametrize("row", table("Metric"), ids=lambda row: row["Metric"])
def test_a_metric_measures_the_steps_as_shown(row: dict[str, str]) -> None:
    metric = METRICS[row["Metric"]]
    assert_shows(row["Baseline"], metric(BASELINE, STAYERS))
    assert_shows(row["Model change"], moved(BASELINE, MODEL_CHANGE, STAYERS, metric))
    assert_shows(row["Population mix"], moved(MODEL_CHANGE, ACTUAL, STAYERS, metric))
    assert_shows(row["Actual"], metric(ACTUAL, STAYERS))


def test_every_metric_is_shown() -> None:
    assert [row["Metric"] for row in table("Metric")] == list(METRICS)


@pytest.mark.parametrize("row", table("Population mode"), ids=lambda row: row["Population mode"])
def test_a_population_mode_counts_whom_it_says(row: dict[str, str]) -> None:
    population = {
        "intersection": STAYERS,
        "baseline_population": scored(BASELINE),
        "scenario_population": scored(ACTUAL),
    }[row["Population mode"]]
    assert row["Counted"].split(", ") == sorted(population)
    assert_shows(row["Before"], mean(BASELINE, population))
    assert_shows(row["After"], mean(ACTUAL, population))
    assert_shows(row["Total"], moved(BASELINE, ACTUAL, population))


FRAME_EFFECT = {
    "Model change": moved(BASELINE, MODEL_CHANGE),
    "Population mix": moved(MODEL_CHANGE, ACTUAL),
}
EVERYONE_OF_2024 = moved(BASELINE, MODEL_CHANGE, scored(BASELINE))
STEPS = {
    "Model change": EVERYONE_OF_2024,
    "Population change (Model change)": FRAME_EFFECT["Model change"] - EVERYONE_OF_2024,
    "Population mix": FRAME_EFFECT["Population mix"],
    "Interaction": Fraction(0),
}
WITH_NEW_MEMBERS = moved(MODEL_CHANGE, ACTUAL, scored(ACTUAL))
DRIVERS = {
    "intersection": STEPS,
    "population mix on the scenario": STEPS
    | {
        "Population mix": WITH_NEW_MEMBERS,
        "Population change (Population mix)": FRAME_EFFECT["Population mix"] - WITH_NEW_MEMBERS,
    },
    "separate churn": STEPS
    | {
        "Lost members": mean(BASELINE, STAYERS) - mean(BASELINE, scored(BASELINE)),
        "New members": mean(ACTUAL, scored(ACTUAL)) - mean(ACTUAL, STAYERS),
    },
}
TOTALS = {
    "intersection": moved(BASELINE, ACTUAL),
    "population mix on the scenario": moved(BASELINE, ACTUAL),
    "separate churn": mean(ACTUAL, scored(ACTUAL)) - mean(BASELINE, scored(BASELINE)),
}


@pytest.mark.parametrize("case", DRIVERS)
def test_the_drivers_are_as_shown_and_add_up(case: str) -> None:
    *drivers, total = table(f"Row, {case}")
    assert total[f"Row, {case}"] == "Total"
    assert_shows(total["Impact"], TOTALS[case])
    assert_shows(total["Impact"], sum(DRIVERS[case].values(), Fraction(0)))
    assert {row[f"Row, {case}"] for row in drivers} == set(DRIVERS[case])
    for row in drivers:
        assert_shows(row["Impact"], DRIVERS[case][row[f"Row, {case}"]])


def shown(value: Fraction) -> str:
    return f"{float(value):.3f}"


def test_what_the_text_works_out_is_right() -> None:
    on_everyone = mean(BASELINE, scored(BASELINE)), mean(MODEL_CHANGE, scored(BASELINE))
    assert f"from {shown(on_everyone[0])} to {shown(on_everyone[1])}" in TEXT
    on_the_scenario = mean(MODEL_CHANGE, scored(ACTUAL)), mean(ACTUAL, scored(ACTUAL))
    assert f"from {shown(on_the_scenario[0])} to {shown(on_the_scenario[1])}" in TEXT
    population_mix = moved(MODEL_CHANGE, ACTUAL, scored(BASELINE))
    total = moved(BASELINE, ACTUAL, scored(BASELINE))
    assert EVERYONE_OF_2024 + population_mix == total
    assert f"{shown(EVERYONE_OF_2024)} and {shown(population_mix)} make {shown(total)}" in TEXT
    assert f"with {DOLLARS_PER_POINT} dollars" in TEXT


def test_the_text_speaks_of_no_other_numbers_than_the_tables() -> None:
    numbers: dict[bool, set[str]] = {True: set(), False: set()}
    for line in PAGE.splitlines():
        numbers[line.startswith("|")].update(re.findall(r"\d\.\d+", line))
    in_tables, in_text = numbers[True], numbers[False]
    # Worked out in test_what_the_text_works_out_is_right.
    assert in_text - in_tables == {"1.275", "2.375", "0.950"}
