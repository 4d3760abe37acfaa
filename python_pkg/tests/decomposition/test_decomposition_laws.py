"""Laws of every decomposition, on random runs: sums close, and the models agree with the definitions."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import decomposition_oracle
import pytest
from decomposition_harness import Database, Decomposition, Member, specification
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

CLOSES = Decimal("1e-9")
ROUNDING = Fraction(1, 10**10)
PEOPLE = "ABCDEF"
RATE = "987.654321"
MODES = ("intersection", "baseline_population", "scenario_population")
METRICS = ("mean", "member_month_mean", "sum", "dollars")
# Cases are small as drawn; to shrink one would take minutes, since each try is a decomposition.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
MANY = settings(max_examples=25, phases=PHASES)
FEW = settings(max_examples=8, phases=PHASES)

members = st.builds(
    Member,
    score=st.decimals(min_value=-5, max_value=80, places=5, allow_nan=False).map(str),
    rxc=st.decimals(min_value=0, max_value=9, places=5).map(str),
    months=st.sampled_from([["12"], ["1.019178"], ["3.945205", "8.054795"]]),
    plan=st.sampled_from(["P1", "P2", "P3"]),
    metal=st.sampled_from(["gold", "silver"]),
    age=st.sampled_from([0, 5, 33, 80]),
    model=st.sampled_from(["adult", "child"]),
)
# A is in every run, so that no population is empty.
runs_of_members = st.fixed_dictionaries({"A": members}, optional=dict.fromkeys(PEOPLE[1:], members))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.close()


@st.composite
def decompositions(draw: st.DrawFn, method: str | None = None, most: int = 3) -> tuple[dict[str, Any], dict[str, Any]]:
    """Random runs, and vars that decompose them."""
    chosen = method or draw(st.sampled_from(["sequential", "marginal", "shapley"]))
    parts = [f"s{number}" for number in range(draw(st.integers(1, most)))]
    scenarios = ["base", *parts, "last"]
    if chosen == "shapley":
        parts = parts if len(parts) > 1 else [*parts, "s9"]
        sizes = range(1, len(parts))
        scenarios = ["base", *("+".join(names) for size in sizes for names in combinations(parts, size)), "last"]
    mode = draw(st.sampled_from(MODES))
    components = [
        {"name": f"Driver {name}", "scenario": name, "population_mode": draw(st.sampled_from([mode, *MODES]))}
        for name in parts
    ]
    analysis = {
        "method": chosen,
        "metric": draw(st.sampled_from(METRICS)),
        "population_mode": mode,
        "baseline": "base",
        "actual": "last",
        "components": components,
        "separate_churn": mode == "intersection" and draw(st.booleans()),
        "separate_rx_medical": draw(st.booleans()),
    }
    variables = {
        "dollars_per_point_pmpm": RATE,
        "decomposition": {"batch_name": "law", "scenarios": {name: name for name in scenarios}, "analysis": analysis},
    }
    return {name: draw(runs_of_members) for name in scenarios}, variables


def whole(found: Decomposition) -> dict[str, Decimal]:
    """Impact by driver, with the medical and drug parts put together again."""
    impacts: dict[str, Decimal] = {}
    for name, impact in found.impacts.items():
        driver = name.removesuffix(" (medical)").removesuffix(" (rx)")
        impacts[driver] = impacts.get(driver, Decimal(0)) + impact
    return impacts


@MANY
@given(case=decompositions())
def test_drivers_and_segments_add_up_and_are_what_the_definitions_say(database: Database, case: Any) -> None:
    runs, variables = case
    found = database.decompose(runs, variables)
    assert abs(sum(found.impacts.values()) - found.header["total_change"]) <= CLOSES

    by_segment: dict[tuple[str, str], Decimal] = {}
    for row in found.segments:
        key = (row["segment_type"], row["driver_name"])
        by_segment[key] = by_segment.get(key, Decimal(0)) + row["impact_value"]
    for (_, name), added in by_segment.items():
        assert abs(added - found.impacts[name]) <= CLOSES

    dollars = RATE if variables["decomposition"]["analysis"]["metric"] == "dollars" else None
    expected = decomposition_oracle.decompose(runs, specification(variables), dollars)
    assert abs(Fraction(found.header["total_change"]) - expected.pop("total")) < ROUNDING
    impacts = whole(found)
    for name in impacts.keys() | expected.keys():
        assert abs(Fraction(impacts.get(name, Decimal(0))) - expected.get(name, Fraction(0))) < ROUNDING, name


@FEW
@given(case=decompositions(most=2))
def test_swapping_baseline_and_actual_flips_the_sign_of_the_total_change(database: Database, case: Any) -> None:
    runs, variables = case
    there = database.decompose(runs, variables).header["total_change"]
    analysis = variables["decomposition"]["analysis"]
    mirror = {"baseline_population": "scenario_population", "scenario_population": "baseline_population"}
    analysis |= {"baseline": "last", "actual": "base", "method": "marginal"}
    analysis["population_mode"] = mirror.get(analysis["population_mode"], "intersection")
    assert database.decompose(runs, variables).header["total_change"] == -there


@FEW
@given(case=decompositions(method="sequential", most=2))
def test_a_waterfall_walked_backwards_has_the_same_steps_with_the_other_sign(database: Database, case: Any) -> None:
    """Where all runs score the same members: then nobody stands in for anybody."""
    runs, variables = case
    runs = {name: {"A": members["A"], "B": members.get("B", members["A"])} for name, members in runs.items()}
    analysis = variables["decomposition"]["analysis"]
    analysis["separate_churn"] = False
    names = [component["scenario"] for component in analysis["components"]]
    there = whole(database.decompose(runs, variables))
    steps_there = [*(there[f"Driver {name}"] for name in names), there["Interaction"]]
    analysis |= {
        "baseline": "last",
        "actual": "base",
        "components": [{"name": f"Driver {name}", "scenario": name} for name in reversed(names)],
    }
    back = whole(database.decompose(runs, variables))
    assert [*(back[f"Driver {name}"] for name in reversed(names)), back["Interaction"]] == [
        -impact for impact in reversed(steps_there)
    ]


@FEW
@given(case=decompositions(method="shapley"))
def test_shapley_values_do_not_depend_on_the_order_of_the_components(database: Database, case: Any) -> None:
    runs, variables = case
    there = database.decompose(runs, variables).impacts
    variables["decomposition"]["analysis"]["components"].reverse()
    assert database.decompose(runs, variables).impacts == there


@FEW
@given(case=decompositions(method="shapley", most=2), alike=runs_of_members)
def test_components_that_do_the_same_have_the_same_shapley_value(database: Database, case: Any, alike: Any) -> None:
    runs, variables = case
    first, second = variables["decomposition"]["analysis"]["components"]
    second["population_mode"] = first["population_mode"]
    runs = {**runs, first["scenario"]: alike, second["scenario"]: alike}
    impacts = whole(database.decompose(runs, variables))
    assert impacts[first["name"]] == impacts[second["name"]]
