"""Plans: metal levels, cost-sharing reductions, and what becomes of members who change plans within the year."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from invented import covered, member, scored, span, total

HCC130 = "A3681"


@pytest.mark.parametrize(
    ("metal_level", "demographic", "hcc130"),
    [
        ("platinum", "0.482", "1.896"),
        ("gold", "0.372", "1.809"),
        ("silver", "0.284", "1.773"),
        ("bronze", "0.211", "1.707"),
        ("catastrophic", "0.209", "1.705"),
    ],
)
def test_every_metal_level_has_its_own_coefficients(metal_level: str, demographic: str, hcc130: str) -> None:
    found = scored(2025, member(metal_level=metal_level), dx=[HCC130])
    assert found.risk_score() == total(demographic, hcc130)


@pytest.mark.parametrize(
    ("year", "csr_indicator", "metal_level", "factor"),
    [
        (2022, 0, "silver", "1.00"),
        (2022, 1, "silver", "1.12"),
        (2022, 3, "silver", "1.00"),
        (2022, 11, "bronze", "1.15"),
        (2024, 1, "silver", "1.00"),
        (2024, 2, "gold", "1.07"),
        (2024, 3, "silver", "1.12"),
        (2024, 4, "bronze", "1.15"),
        (2025, 1, "silver", "1.00"),
        (2025, 3, "silver", "1.12"),
        (2025, 4, "bronze", "1.51"),
        (2025, 7, "platinum", "1.04"),
        (2025, 10, "silver", "1.46"),
    ],
)
def test_a_csr_indicator_means_what_the_tables_of_its_year_say(
    year: int, csr_indicator: int, metal_level: str, factor: str
) -> None:
    row = scored(year, member(metal_level=metal_level, csr_indicator=csr_indicator)).row()
    assert row["csr_factor"] == Decimal(factor)
    assert row["risk_score"] == row["raw_risk_score"] * Decimal(factor)


def test_a_csr_indicator_of_another_metal_level_is_applied_and_counted() -> None:
    found = scored(2025, member(metal_level="gold", csr_indicator=3))
    assert found.risk_score() == Decimal("0.372") * Decimal("1.12")
    assert found.result.csr_mismatches == 1
    assert scored(2025, member(metal_level="silver", csr_indicator=3)).result.csr_mismatches == 0


def test_an_exact_half_of_a_thousandth_is_rounded_up() -> None:
    # MAGE_LAST_60_GT at gold, 0.365, times 1.10 (indicator 9 of 2025) is 0.4015: half-way between 0.401 and 0.402.
    row = scored(2025, member(sex="M", age_last=60, metal_level="gold", csr_indicator=9)).row()
    assert row["risk_score"] == Decimal("0.40150")
    assert row["reported_risk_score"] == Decimal("0.402")


# --- Two plans in a year ----------------------------------------------------------------------------------------------


def test_two_plans_are_weighted_by_their_days_and_the_parts_add_up() -> None:
    # Gold for 100 days, silver for 265: (100 x (0.372 + 1.809) + 265 x (0.284 + 1.773)) / 365
    #   = (218.1 + 545.105) / 365 = 763.205 / 365 = 2.090972... , kept to five decimals.
    coverage = covered(2025, span("2025-01-01", "2025-04-10", metal_level="gold"), span("2025-04-11", "2025-12-31"))
    assert coverage.segments["segment_days"].to_list() == [100, 265]
    found = scored(2025, coverage, dx=[HCC130])
    row = found.row()
    assert row["segment_count"] == 2
    assert row["risk_score"] == Decimal("2.09097")
    assert row["reported_risk_score"] == Decimal("2.091")
    assert row["csr_factor"] == Decimal("1.00")
    parts = found.result.components.frame()
    assert parts["contribution"].sum() == row["risk_score"]
    assert parts.filter(pl.col("component_type") == "demographic")["contribution"].sum() == row["demographic_score"]
    assert set(parts.select("segment_number", "variable", "coefficient").iter_rows()) == {
        (1, "FAGE_LAST_40_44", Decimal("0.372")),
        (1, "HHS_HCC130", Decimal("1.809")),
        (2, "FAGE_LAST_40_44", Decimal("0.284")),
        (2, "HHS_HCC130", Decimal("1.773")),
    }


def test_plans_with_different_csr_factors_have_no_one_factor() -> None:
    # Silver 94 % (1.12) for 181 days, then silver without reduction for 184: 0.284 x (181 x 1.12 + 184) / 365.
    coverage = covered(2025, span("2025-01-01", "2025-06-30", csr_indicator="3"), span("2025-07-01", "2025-12-31"))
    row = scored(2025, coverage).row()
    assert row["csr_factor"] is None
    assert row["raw_risk_score"] == Decimal("0.284")
    assert row["risk_score"] == Decimal("0.30090")  # 0.284 x 386.72 / 365 = 0.300900...


def test_diagnoses_belong_to_the_member_whichever_plan_she_had_on_the_day() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-06-30", metal_level="gold"), span("2025-07-01", "2025-12-31"))
    early, late = (scored(2025, coverage, dx=[(day, HCC130)]) for day in ("2025-02-01", "2025-11-01"))
    assert early.risk_score() == late.risk_score()


def test_age_and_duration_belong_to_the_member_not_to_the_plan() -> None:
    # Five months in all; her birthday lies in the second plan.
    coverage = covered(
        2025,
        span("2025-01-01", "2025-01-31", born="1984-03-01", metal_level="gold"),
        span("2025-03-01", "2025-06-30", born="1984-03-01"),
    )
    assert coverage.segments["age_last"].to_list() == [41, 41]
    assert coverage.segments["enrollment_months"].to_list() == [5, 5]  # 31 + 122 = 153 days
    found = scored(2025, coverage, dx=[HCC130])
    assert "HCC_ED5" in found.variables()


def test_where_two_plans_overlap_the_one_that_began_later_counts() -> None:
    plans = [span("2025-01-01", "2025-12-31"), span("2025-12-01", "2025-12-31", metal_level="gold")]
    for rows in (plans, plans[::-1]):
        held = covered(2025, *rows).segments.sort("segment_number")
        assert held.select("metal_level", "segment_days").rows() == [("silver", 334), ("gold", 31)]
        assert held["enrollment_months"].to_list() == [12, 12]


def test_where_two_plans_begin_on_one_day_the_order_of_rows_does_not_matter() -> None:
    silver, gold = span("2025-01-01", "2025-01-31"), span("2025-01-01", "2025-06-30", metal_level="gold")
    for rows in ((silver, gold), (gold, silver)):
        held = covered(2025, *rows).segments.sort("segment_number")
        assert held.select("metal_level", "segment_days").rows() == [("silver", 31), ("gold", 150)]


def test_a_plan_that_began_before_the_year_gives_way_to_one_that_began_later_but_also_before() -> None:
    coverage = covered(2025, span("2024-06-01", "2025-12-31"), span("2024-12-01", "2025-03-31", metal_level="gold"))
    held = coverage.segments.sort("segment_number")
    assert held.select("metal_level", "segment_days").rows() == [("gold", 90), ("silver", 275)]


def test_rows_of_one_plan_are_put_together_before_plans_are_compared() -> None:
    gold = span("2025-03-01", "2025-12-31", metal_level="gold")
    whole = covered(2025, span("2025-01-01", "2025-12-31"), gold)
    split = covered(2025, span("2025-01-01", "2025-06-30"), span("2025-07-01", "2025-12-31"), gold)
    assert split.segments.equals(whole.segments)


def test_a_plan_within_another_plan_splits_it_and_the_outer_plan_stays_one_segment() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-12-31"), span("2025-06-01", "2025-06-30", metal_level="gold"))
    assert coverage.segments.select("segment_number", "metal_level", "segment_days").rows() == [
        (1, "silver", 335),
        (2, "gold", 30),
    ]


@pytest.mark.parametrize(("end", "age"), [("2025-02-28", 40), ("2025-03-01", 41)], ids=["on 28 February", "on 1 March"])
def test_who_was_born_on_29_february_is_a_year_older_on_1_march(end: str, age: int) -> None:
    coverage = covered(2025, span("2025-01-01", end, born="1984-02-29"))
    assert coverage.segments["age_last"].to_list() == [age]


def test_age_is_taken_on_the_last_covered_day_of_the_year() -> None:
    coverage = covered(2025, span("2024-06-01", "2026-03-31", born="1984-12-31"))
    assert coverage.segments["age_last"].to_list() == [41]
    coverage = covered(2025, span("2024-06-01", "2025-12-30", born="1984-12-31"))
    assert coverage.segments["age_last"].to_list() == [40]
    assert coverage.segments["birth_date"].to_list() == [date(1984, 12, 31)]
