"""score_bridge explains one run by another: what moved it, under the right name, and never a digit too many.

The members are scored by the package; the models are the project's own, in a DuckDB in memory.
"""

from decimal import Decimal
from typing import Any

import pytest
from bridge_runs import BridgeRuns, Person, Plan, Run, code_of, price
from hypothesis import given, settings
from hypothesis import strategies as st

METRICS = ("sum", "mean", "member_month_mean")
RULER = {"coefficient_change", "csr_factor_change"}
# Drivers of variables that are on in one run only, whatever the other prices: they turn round with the runs.
SWITCHES = {
    "hcc_incidence",
    "hcc_severity",
    "rxc",
    "interactions_and_counts",
    "duration",
    "lost_members",
    "new_members",
}
AUGHT = Decimal("1e-9")
NDC = {"RXC_01": "00003196401"}


@pytest.fixture(scope="module")
def runs() -> BridgeRuns:
    return BridgeRuns()


def one(model_year: int, **changes: Any) -> Run:
    return Run(model_year, {"A": Person(**changes)})


HEART = code_of("HHS_HCC142", 2025)
METASTASES, LUNG_CANCER = code_of("HHS_HCC008", 2025), code_of("HHS_HCC009", 2025)
SICKLE_CELL = code_of("HHS_HCC070", 2024)
BORN_AT_TERM = "P080"


def test_an_hcc_that_comes_counts_with_its_price(runs: BridgeRuns) -> None:
    bridge = runs.bridge(one(2025), one(2025, diagnoses=(HEART,)))
    assert bridge.lines() == {("hcc_incidence", "HHS_HCC142"): price("HHS_HCC142", 2025)}


def test_an_hcc_that_gives_way_to_a_milder_one_of_its_hierarchy_is_a_change_of_severity(runs: BridgeRuns) -> None:
    bridge = runs.bridge(one(2025, diagnoses=(METASTASES,)), one(2025, diagnoses=(LUNG_CANCER,)))
    assert bridge.lines() == {
        ("hcc_severity", "HHS_HCC008"): -price("HHS_HCC008", 2025),
        ("hcc_severity", "HHS_HCC009"): price("HHS_HCC009", 2025),
    }


def test_an_hcc_beside_an_unrelated_one_that_left_is_no_change_of_severity(runs: BridgeRuns) -> None:
    bridge = runs.bridge(one(2025, diagnoses=(METASTASES,)), one(2025, diagnoses=(HEART,)))
    assert set(bridge.drivers()) == {"hcc_incidence"}


def test_a_group_that_new_tables_give_up_is_a_change_of_coefficients(runs: BridgeRuns) -> None:
    """2025 dissolves G07A: HHS_HCC070 counts itself."""
    bridge = runs.bridge(one(2024, diagnoses=(SICKLE_CELL,)), one(2025, diagnoses=(SICKLE_CELL,)))
    lines = bridge.lines()
    assert {driver for driver, _ in lines} == {"coefficient_change"}
    assert lines["coefficient_change", "G07A"] == -price("G07A", 2024)
    assert lines["coefficient_change", "HHS_HCC070"] == price("HHS_HCC070", 2025)


def test_a_group_whose_hcc_is_new_is_no_change_of_tables(runs: BridgeRuns) -> None:
    """G24 exists since 2024 only, but here the diagnosis is new, too."""
    bridge = runs.bridge(one(2023), one(2024, diagnoses=(code_of("HHS_HCC183", 2024),)))
    assert ("hcc_incidence", "G24") in bridge.lines()


def test_terms_that_only_one_model_year_has_are_a_change_of_tables(runs: BridgeRuns) -> None:
    """Five months: 2022 has ED_5 for everybody, 2023 HCC_ED5 for members with an HCC."""
    held = (Plan(days=150),)
    lines = runs.bridge(one(2022, diagnoses=(HEART,), plans=held), one(2023, diagnoses=(HEART,), plans=held)).lines()
    assert lines["coefficient_change", "ED_5"] == -price("ED_5", 2022)
    assert lines["coefficient_change", "HCC_ED5"] == price("HCC_ED5", 2023)


def test_months_count_as_duration_and_the_first_hcc_of_a_short_stay_as_a_count(runs: BridgeRuns) -> None:
    short = (Plan(days=60),)
    fewer_months = runs.bridge(one(2025, diagnoses=(HEART,)), one(2025, diagnoses=(HEART,), plans=short))
    assert fewer_months.lines() == {("duration", "HCC_ED2"): price("HCC_ED2", 2025)}
    first_hcc = runs.bridge(one(2025, plans=short), one(2025, plans=short, diagnoses=(HEART,)))
    assert first_hcc.drivers() == {
        "hcc_incidence": price("HHS_HCC142", 2025),
        "interactions_and_counts": price("HCC_ED2", 2025),
    }


def test_a_drug_and_its_interaction_are_told_apart(runs: BridgeRuns) -> None:
    hiv = code_of("HHS_HCC001", 2025)
    bridge = runs.bridge(one(2025, diagnoses=(hiv,)), one(2025, diagnoses=(hiv,), drugs=(NDC["RXC_01"],)))
    assert bridge.lines() == {
        ("rxc", "RXC_01"): price("RXC_01", 2025),
        ("interactions_and_counts", "RXC_01_X_HCC001"): price("RXC_01_X_HCC001", 2025),
    }


def test_a_birthday_is_demographics_even_across_sub_models(runs: BridgeRuns) -> None:
    bridge = runs.bridge(one(2025, age=20, diagnoses=(HEART,)), one(2025, age=21, diagnoses=(HEART,)))
    lines = bridge.lines()
    assert {driver for driver, _ in lines} == {"demographics"}
    assert lines["demographics", "HHS_HCC142"] == price("HHS_HCC142", 2025) - price("HHS_HCC142", 2025, "child")


def test_an_infant_that_turns_one_is_demographics_and_one_that_falls_ill_severity(runs: BridgeRuns) -> None:
    turned_one = runs.bridge(one(2025, age=0, diagnoses=(BORN_AT_TERM,)), one(2025, age=1))
    assert set(turned_one.drivers()) == {"demographics"}
    assert turned_one.drivers()["demographics"] != 0
    fell_ill = runs.bridge(one(2025, age=1), one(2025, age=1, diagnoses=(METASTASES,)))
    assert set(fell_ill.drivers()) == {"hcc_severity"}


def test_the_ruler_changes_before_the_plan(runs: BridgeRuns) -> None:
    """Silver 94 in 2024 (factor 1.12), gold without reduction in 2025; age and sex as they were."""
    band = "FAGE_LAST_40_44"
    bridge = runs.bridge(one(2024, plans=(Plan("silver", "06"),)), one(2025, plans=(Plan("gold", "01"),)))
    expected = {
        "coefficient_change": (price(band, 2025) - price(band, 2024)) * Decimal("1.12"),
        "metal_csr_mix": price(band, 2025, metal_level="gold") - price(band, 2025) * Decimal("1.12"),
    }
    assert bridge.drivers() == {driver: impact for driver, impact in expected.items() if impact}


def test_another_factor_for_the_same_variant_is_a_change_of_the_ruler(runs: BridgeRuns) -> None:
    """Zero cost sharing, bronze: 1.15 in 2024, 1.51 in 2025."""
    held = (Plan("bronze", "02"),)
    bridge = runs.bridge(one(2024, plans=held), one(2025, plans=held))
    band = price("FAGE_LAST_40_44", 2025, metal_level="bronze")
    assert bridge.drivers()["csr_factor_change"] == band * Decimal("0.36")
    assert set(bridge.drivers()) <= RULER


def test_a_member_of_several_plans_is_explained_to_the_last_digit(runs: BridgeRuns) -> None:
    """A third of the year in silver: shares are stored to five places, and what that costs has its own name."""
    before = one(2024, plans=(Plan("silver", "01", 100), Plan("gold", "01", 200)))
    after = one(2025, plans=(Plan("gold", "01", 365),))
    drivers = runs.bridge(before, after).drivers()
    assert sum(drivers.values()) == runs.differences()["A"]
    assert abs(drivers.get("rounding", Decimal(0))) <= Decimal("0.00001")


def test_members_who_came_and_went_count_with_their_score_and_by_whom_they_change_the_mean(runs: BridgeRuns) -> None:
    bridge = runs.bridge(
        Run(2025, {"A": Person(), "LOST": Person(age=64)}),
        Run(2025, {"A": Person(), "NEW": Person(diagnoses=(HEART,))}),
    )
    band = price("FAGE_LAST_40_44", 2025)
    assert bridge.lines("LOST") == {("lost_members", None): -price("FAGE_LAST_60_GT", 2025)}
    assert bridge.lines("NEW") == {("new_members", None): band + price("HHS_HCC142", 2025)}
    mean = {row["driver"]: row["impact_value"] for row in bridge.bars.to_dicts() if row["metric"] == "mean"}
    assert abs(mean["lost_members"] - (band - price("FAGE_LAST_60_GT", 2025)) / 2) < AUGHT
    assert abs(mean["new_members"] - price("HHS_HCC142", 2025) / 2) < AUGHT


@pytest.mark.parametrize("metric", METRICS)
def test_runs_without_a_common_member_add_up_too(runs: BridgeRuns, metric: str) -> None:
    bridge = runs.bridge(Run(2025, {"A": Person(age=64)}), Run(2025, {"B": Person(age=25)}))
    assert set(bridge.bars["driver"]) == {"lost_members", "new_members"}
    assert abs(bridge.total(metric) - runs.change(metric)) < AUGHT


def plans() -> st.SearchStrategy[tuple[Plan, ...]]:
    # Variants 01 to 03 exist for these metal levels in every year.
    plan = st.builds(
        Plan,
        metal_level=st.sampled_from(["platinum", "gold", "silver", "bronze"]),
        csr_variant=st.sampled_from(["01", "02", "03"]),
        days=st.integers(1, 182),
    )
    return st.one_of(plan.map(lambda held: (held,)), st.tuples(plan, plan), st.just((Plan(),)))


CODES = st.sampled_from(
    [HEART, METASTASES, LUNG_CANCER, SICKLE_CELL]
    + [
        code_of(hcc, 2025)
        for hcc in ("HHS_HCC001", "HHS_HCC002", "HHS_HCC021", "HHS_HCC048", "HHS_HCC071", "HHS_HCC126", "HHS_HCC183")
    ]
)
PEOPLE = st.builds(
    Person,
    sex=st.sampled_from("FM"),
    age=st.one_of(st.integers(0, 2), st.sampled_from([19, 20, 21, 40])),
    plans=plans(),
    diagnoses=st.lists(CODES, max_size=4).map(tuple),
    drugs=st.sampled_from([(), (NDC["RXC_01"],)]),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Run, Run]:
    """Two runs; most members are in both, some of them changed in one respect or in all."""
    years = draw(st.sampled_from([(2024, 2025), (2025, 2025), (2022, 2023), (2025, 2026), (2025, 2024)]))
    before: dict[str, Person] = {}
    after: dict[str, Person] = {}
    for name in "ABCDEFGH":
        person = draw(PEOPLE)
        other = draw(
            st.one_of(
                st.just(person),
                st.builds(lambda held, person=person: person.but(plans=held), plans()),
                st.builds(lambda aged, person=person: person.but(age=person.age + aged), st.just(1)),
                PEOPLE,
            )
        )
        where = draw(st.sampled_from(["both", "both", "both", "a", "b"]))
        before |= {name: person} if where in ("both", "a") else {}
        after |= {name: other} if where in ("both", "b") else {}
    return Run(years[0], before), Run(years[1], after)


# Scoring and explaining a pair takes some 150 ms: few examples, but each has up to eight members and all metrics.
few = settings(max_examples=5)


@few
@given(pair=pairs())
def test_everything_adds_up_there_and_back(runs: BridgeRuns, pair: tuple[Run, Run]) -> None:
    bridges = []
    for run_a, run_b in (pair, pair[::-1]):
        bridge = runs.bridge(run_a, run_b)
        for member_id, difference in runs.differences().items():
            assert sum(bridge.drivers(member_id).values()) == difference
        for metric in METRICS:
            assert abs(bridge.total(metric) - runs.change(metric)) < AUGHT
        assert bridge.bars["driver"].null_count() == bridge.bars["driver_index"].null_count() == 0
        bridges.append(bridge)

    # What switches a variable is the same seen from either end.
    there, back = bridges
    mirror = {"lost_members": "new_members", "new_members": "lost_members"}
    for member_id in pair[0].people.keys() | pair[1].people.keys():
        switched = {driver: impact for driver, impact in there.drivers(member_id).items() if driver in SWITCHES}
        returned = {mirror.get(driver, driver): -impact for driver, impact in back.drivers(member_id).items()}
        assert switched == {driver: impact for driver, impact in returned.items() if driver in SWITCHES}


@few
@given(pair=pairs())
def test_what_did_not_change_has_no_part(runs: BridgeRuns, pair: tuple[Run, Run]) -> None:
    run_a, run_b = pair
    same_ruler = runs.bridge(run_a, Run(run_a.model_year, run_b.people)).members
    assert RULER.isdisjoint(same_ruler["driver"])
    same_people = runs.bridge(run_a, Run(run_b.model_year, run_a.people)).bars
    assert {"metal_csr_mix", "duration", "member_month_mix", "lost_members"}.isdisjoint(same_people["driver"])
    assert runs.bridge(run_a, run_a).bars.is_empty()
