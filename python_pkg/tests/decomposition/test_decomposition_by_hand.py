"""Decompositions worked by hand: every method, metric and population mode, with a member lost and one new.

    score x months   A          B          L (lost)    N (new)
    base             1   x 12   2   x 6    3   x 6
    tables           1.2 x 12   2.2 x 6    3.6 x 6                 the new year's tables on the old year's data
    people           1.4 x 12   2   x 12               4   x 3     the old year's tables on the new year's data
    last             1.5 x 12   2.3 x 12               4.4 x 3

The sums behind the numbers below, for the metric mean: over A, B and L the change of tables is (7 - 6) / 3; over A and
B, the members of the total change, (3.4 - 3) / 2. In the baseline population L stays in the denominator when it is
lost: the total is 3.8 / 3 - 6 / 3. In the scenario population N starts with no score: the total is 8.2 / 3 - 3 / 3.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from decomposition_harness import Database, Member

RUNS = {
    "base": {"A": Member("1"), "B": Member("2", months=["6"]), "L": Member("3", months=["6"])},
    "tables": {"A": Member("1.2"), "B": Member("2.2", months=["6"]), "L": Member("3.6", months=["6"])},
    "people": {"A": Member("1.4"), "B": Member("2"), "N": Member("4", months=["3"])},
    "last": {"A": Member("1.5"), "B": Member("2.3"), "N": Member("4.4", months=["3"])},
}
DRIVERS = ("Model Change", "Population change (Model Change)", "Mix", "Population change (Mix)", "Interaction")
# Impacts in the order of DRIVERS, None for a driver that is not there; then the total change.
WORKED = {
    ("intersection", "mean"): {
        "sequential": ("1/3", "-2/15", "0", None, "1/5", "2/5"),
        "marginal": ("1/3", "-2/15", "1/5", None, "0", "2/5"),
        "shapley": ("3/10", "-1/10", "1/5", None, None, "2/5"),
    },
    ("intersection", "member_month_mean"): {
        "sequential": ("3/10", "-1/10", "1/6", None, "1/5", "17/30"),
        "marginal": ("3/10", "-1/10", "11/30", None, "0", "17/30"),
        "shapley": ("47/180", "-11/180", "11/30", None, None, "17/30"),
    },
    ("intersection", "sum"): {
        "sequential": ("1", "-3/5", "0", None, "2/5", "4/5"),
        "marginal": ("1", "-3/5", "2/5", None, "0", "4/5"),
        "shapley": ("9/10", "-1/2", "2/5", None, None, "4/5"),
    },
    ("intersection", "dollars"): {
        "sequential": ("720", "-360", "1320", None, "480", "2160"),
        "marginal": ("720", "-360", "1680", None, "120", "2160"),
        "shapley": ("660", "-240", "1740", None, None, "2160"),
    },
    ("baseline_population", "mean"): {
        "sequential": ("1/3", None, "-6/5", None, "2/15", "-11/15"),
        "marginal": ("1/3", None, "-13/15", None, "-1/5", "-11/15"),
        "shapley": ("3/10", "-1/15", "-29/30", None, None, "-11/15"),
    },
    ("baseline_population", "member_month_mean"): {
        "sequential": ("3/10", None, "-69/100", None, "4/25", "-23/100"),
        "marginal": ("3/10", None, "-39/100", None, "-7/50", "-23/100"),
        "shapley": ("47/180", "-7/225", "-23/50", None, None, "-23/100"),
    },
    ("baseline_population", "sum"): {
        "sequential": ("1", None, "-18/5", None, "2/5", "-11/5"),
        "marginal": ("1", None, "-13/5", None, "-3/5", "-11/5"),
        "shapley": ("9/10", "-1/5", "-29/10", None, None, "-11/5"),
    },
    ("baseline_population", "dollars"): {
        "sequential": ("720", None, "-840", None, "480", "360"),
        "marginal": ("720", None, "-120", None, "-240", "360"),
        "shapley": ("660", "-60", "-240", None, None, "360"),
    },
    ("scenario_population", "mean"): {
        "sequential": ("1/3", "-1/5", "4/3", None, "4/15", "26/15"),
        "marginal": ("1/3", "-1/5", "22/15", None, "2/15", "26/15"),
        "shapley": ("3/10", "-1/10", "23/15", None, None, "26/15"),
    },
    ("scenario_population", "member_month_mean"): {
        "sequential": ("3/10", "-9/70", "202/315", None, "2/9", "326/315"),
        "marginal": ("3/10", "-9/70", "256/315", None, "16/315", "326/315"),
        "shapley": ("47/180", "-9/140", "88/105", None, None, "326/315"),
    },
    ("scenario_population", "sum"): {
        "sequential": ("1", "-3/5", "4", None, "4/5", "26/5"),
        "marginal": ("1", "-3/5", "22/5", None, "2/5", "26/5"),
        "shapley": ("9/10", "-3/10", "23/5", None, None, "26/5"),
    },
    ("scenario_population", "dollars"): {
        "sequential": ("720", "-360", "2520", None, "600", "3480"),
        "marginal": ("720", "-360", "2880", None, "240", "3480"),
        "shapley": ("660", "-180", "3000", None, None, "3480"),
    },
}
ROUNDING = Fraction(1, 10**11)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.close()


def variables(**analysis: Any) -> dict[str, Any]:
    """The four runs in two components, with the settings given."""
    return {
        "dollars_per_point_pmpm": 100,
        "decomposition": {
            "batch_name": "by hand",
            "scenarios": {name: f"run of {name}" for name in RUNS},
            "analysis": {
                "baseline": "base",
                "actual": "last",
                "components": [
                    {"name": "Model Change", "scenario": "tables"},
                    {"name": "Mix", "scenario": "people", "description": "Who is insured, and with what conditions."},
                ],
                **analysis,
            },
        },
    }


@pytest.mark.parametrize(("mode", "metric"), WORKED)
def test_every_method_gives_the_drivers_worked_by_hand(database: Database, mode: str, metric: str) -> None:
    for method, worked in WORKED[mode, metric].items():
        *expected, total = worked
        found = database.decompose(RUNS, variables(method=method, metric=metric, population_mode=mode))
        named = {name: Fraction(value) for name, value in zip(DRIVERS, expected, strict=True) if value is not None}
        assert list(found.impacts) == list(named)
        for name, value in named.items():
            assert abs(Fraction(found.impacts[name]) - value) < ROUNDING, (method, name)
        assert abs(Fraction(found.header["total_change"]) - Fraction(total)) < ROUNDING, method


def test_a_driver_says_what_it_compares_and_for_whom(database: Database) -> None:
    drivers = database.decompose(RUNS, variables()).drivers
    shown = ("driver_name", "driver_type", "from_run_id", "run_id", "member_count", "metric_before", "metric_after")
    assert [tuple(driver[column] for column in shown) for driver in drivers] == [
        ("Model Change", "component", "run of base", "run of tables", 3, Decimal(2), Decimal("2.333333333333")),
        (
            "Population change (Model Change)",
            "population",
            "run of base",
            "run of tables",
            3,
            Decimal("-0.5"),
            Decimal("-0.633333333333"),
        ),
        ("Mix", "component", "run of tables", "run of people", 2, Decimal("1.7"), Decimal("1.7")),
        ("Interaction", "interaction", "run of people", "run of last", 2, Decimal("1.7"), Decimal("1.9")),
    ]
    assert [driver["running_value"] for driver in drivers] == [
        Decimal("1.833333333333"),
        Decimal("1.7"),
        Decimal("1.7"),
        Decimal("1.9"),
    ]
    assert drivers[0]["share_of_total"] == pytest.approx(5 / 6)


def test_definitions_describe_the_drivers_in_order(database: Database) -> None:
    definitions = database.decompose(RUNS, variables()).definitions
    assert [(row["step_index"], row["driver_name"], row["description"]) for row in definitions] == [
        (1, "Model Change", "From base to tables."),
        (
            2,
            "Population change (Model Change)",
            "What Model Change does to the population of the total change, beyond what it does to its own.",
        ),
        (3, "Mix", "Who is insured, and with what conditions."),
        (4, "Interaction", "What the components leave: from the last of them to last."),
    ]


def test_the_header_says_what_was_explained(database: Database) -> None:
    header = database.decompose(RUNS, variables(metric="sum", population_mode="scenario_population")).header
    assert (header["batch_name"], header["method"], header["metric"]) == ("by hand", "sequential", "sum")
    assert (header["baseline"], header["actual"]) == ("base", "last")
    assert (header["value_before"], header["value_after"]) == (Decimal(3), Decimal("8.2"))
    assert (header["member_count_before"], header["member_count_after"]) == (3, 3)


def test_a_component_may_have_a_population_of_its_own_which_never_changes_the_total(database: Database) -> None:
    changed = variables()
    changed["decomposition"]["analysis"]["components"][1]["population_mode"] = "scenario_population"
    impacts = database.decompose(RUNS, changed).impacts
    # A, B and N: from (1.2 + 2.2 + 0) / 3 to (1.4 + 2 + 4) / 3, of which 0 on A and B.
    assert impacts["Mix"] == Decimal("1.333333333334"), "the difference of two rounded values"
    assert impacts["Population change (Mix)"] == -impacts["Mix"]
    assert sum(impacts.values()) == Decimal("0.4")


@pytest.mark.parametrize(
    ("mode", "mix"),
    [
        # Over A and B: B stays at the 2 of base, whatever tables said: from 3.4 to 1.4 + 2.
        ("intersection", "0"),
        # Over A, B and L: B and L have no score in people: from 7 to 1.4.
        ("baseline_population", "-5.6"),
        # Over A, B and N: from 1.2 + 2.2 to 1.4 + 4.
        ("scenario_population", "2"),
    ],
)
def test_a_run_between_that_lacks_a_member_is_completed_for_the_total(database: Database, mode: str, mix: str) -> None:
    runs = {**RUNS, "people": {name: member for name, member in RUNS["people"].items() if name != "B"}}
    impacts = database.decompose(runs, variables(metric="sum", population_mode=mode)).impacts
    assert impacts["Mix"] + impacts.get("Population change (Mix)", 0) == Decimal(mix)


def test_lost_and_new_members_are_drivers_of_their_own_where_that_is_asked_for(database: Database) -> None:
    found = database.decompose(RUNS, variables(separate_churn=True))
    # All of base: 6 / 3. Of these A and B: 3 / 2. All of last: 8.2 / 3, A and B 3.8 / 2.
    assert next(iter(found.impacts)) == "Lost members"
    assert list(found.impacts)[-1] == "New members"
    assert found.impacts["Lost members"] == Decimal("-0.5")
    assert found.impacts["New members"] == Decimal("0.833333333333")
    assert found.header["total_change"] == Decimal("0.733333333333") == sum(found.impacts.values())
    assert (found.header["member_count_before"], found.header["member_count_after"]) == (3, 3)
    assert (found.column("member_count")["Lost members"], found.column("member_count")["New members"]) == (1, 1)
    assert found.drivers[0]["running_value"] == Decimal("1.5")


def test_drugs_are_told_from_the_rest_where_that_is_asked_for(database: Database) -> None:
    runs = {
        "base": {"A": Member("1", rxc="0.4"), "B": Member("2", rxc="0.2", months=["4", "2"])},
        "tables": {"A": Member("1.5", rxc="0.5"), "B": Member("2", rxc="0.4", months=["4", "2"])},
        "people": {"A": Member("1.5", rxc="0.5"), "B": Member("2", rxc="0.4", months=["4", "2"])},
        "last": {"A": Member("2", rxc="0.4"), "B": Member("2", rxc="0.4", months=["4", "2"])},
    }
    found = database.decompose(runs, variables(separate_rx_medical=True))
    assert found.impacts == {
        "Model Change (medical)": Decimal("0.1"),
        "Model Change (rx)": Decimal("0.15"),
        "Mix (medical)": Decimal(0),
        "Mix (rx)": Decimal(0),
        "Interaction (medical)": Decimal("0.3"),
        "Interaction (rx)": Decimal("-0.05"),
    }
    by_months = database.decompose(runs, variables(separate_rx_medical=True, metric="member_month_mean")).impacts
    # Drugs of base (0.4 x 12 + 0.2 x 6) / 18 = 6 / 18, of tables 8.4 / 18; all of it 24 / 18 and 30 / 18.
    assert by_months["Model Change (rx)"] == Decimal("0.133333333334")
    assert by_months["Model Change (rx)"] + by_months["Model Change (medical)"] == Decimal("0.333333333334")


def test_a_member_counts_in_the_segment_of_the_first_run_that_scores_the_member(database: Database) -> None:
    infant = {"age": 1, "model": "infant", "metal": "gold"}
    runs = {
        "base": {"A": Member("1", plan="P1", age=24), "B": Member("2", plan="P2", age=62)},
        "tables": {"A": Member("2", plan="P7", age=24), "B": Member("2", plan="P2", age=62)},
        "people": {
            "A": Member("2", plan="P9", age=25),
            "B": Member("3", plan="P2", age=63),
            "N": Member("3", plan="P3", **infant),
        },
        "last": {
            "A": Member("2", plan="P9", age=25),
            "B": Member("3", plan="P2", age=63),
            "N": Member("3", plan="P8", **infant),
        },
    }
    given = variables(population_mode="scenario_population")
    # Whatever the order in which the scenarios are named.
    given["decomposition"]["scenarios"] = {name: name for name in ("last", "tables", "people", "base")}
    impacts = {
        (row["segment_type"], row["segment_value"], row["driver_name"]): float(row["impact_value"])
        for row in database.decompose(runs, given).segments
    }
    assert impacts["hios_plan_id", "P1", "Model Change"] == pytest.approx(1 / 2)
    assert impacts["hios_plan_id", "P2", "Mix"] == pytest.approx(1 / 3)
    assert impacts["hios_plan_id", "P3", "Mix"] == pytest.approx(3 / 3), "N is new"
    assert impacts["model", "infant", "Mix"] == pytest.approx(3 / 3)
    assert impacts["metal_level", "gold", "Mix"] == pytest.approx(3 / 3)
    assert {value for kind, value, _ in impacts if kind == "hios_plan_id"} == {"P1", "P2", "P3"}
    assert {value for kind, value, _ in impacts if kind == "age_band"} == {"21_24", "60_GT", "1"}


def test_segments_have_three_more_places_than_what_they_add_up_to(database: Database) -> None:
    found = database.decompose(RUNS, variables())
    values = {row["segment_type"]: row["value_after"] for row in found.segments if row["driver_name"] == "Model Change"}
    assert values["total"] == Decimal("2.333333333333")
    assert abs(values["hios_plan_id"] * 3 - 7) < Decimal("1e-14")


def test_one_run_may_stand_for_two_scenarios(database: Database) -> None:
    runs = {**RUNS, "people": RUNS["last"]}
    impacts = database.decompose(runs, variables()).impacts
    assert impacts["Interaction"] == 0
    assert sum(impacts.values()) == Decimal("0.4")


def test_a_billion_dollars_are_decomposed_to_the_last_digit(database: Database) -> None:
    runs = {
        name: {
            member: Member(score, months=["11.999999"])
            for member, score in zip("ABC", (f"{base}.33333", f"{base + 1}.77777", "999.99999"), strict=True)
        }
        for name, base in {"base": 97531.0, "tables": 97532.0, "people": 97577.0, "last": 97999.0}.items()
        for base in [int(base)]
    }
    for method in ("sequential", "shapley"):
        given = variables(method=method, metric="dollars")
        given["dollars_per_point_pmpm"] = "987.654321"
        found = database.decompose(runs, given)
        assert found.header["value_before"] > Decimal(2) * 10**9
        assert abs(sum(found.impacts.values()) - found.header["total_change"]) <= Decimal("1e-11")


def test_a_mean_over_nobody_is_an_error_that_names_the_runs(database: Database) -> None:
    runs = {**RUNS, "people": {"X": Member("1")}}
    with pytest.raises(duckdb.InvalidInputException) as stopped:
        database.decompose(runs, variables())
    assert "No member is scored in all of people, tables: the metric mean has no value there." in str(stopped.value)
    assert database.decompose(runs, variables(metric="sum")).header["total_change"] == Decimal("0.8")


def test_a_build_that_is_no_decomposition_adds_nothing(database: Database) -> None:
    database.decompose(RUNS, variables())
    database.connection.execute("delete from main_analytics.current_batch")
    found = database.build()
    assert (found.header, found.drivers, found.definitions, found.segments) == ({}, [], [], [])
