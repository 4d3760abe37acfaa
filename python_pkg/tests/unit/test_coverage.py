"""Spans: clipped to the year, merged, numbered; and members who cannot be scored, with the reason."""

from datetime import date

import polars as pl
import pytest
from invented import MODEL_YEARS, Coverage, covered, rules_of, span

from hhs_hcc.coverage import duration_months, whole_years
from hhs_hcc.errors import InputError
from hhs_hcc.population import SEGMENT_COLUMNS


def days(coverage: Coverage) -> list[int]:
    return coverage.segments["segment_days"].to_list()


def reasons(coverage: Coverage) -> dict[str, str]:
    return dict(coverage.rejected.rows())


def test_a_span_is_cut_to_the_year_and_both_its_ends_count() -> None:
    assert days(covered(2025, span("2025-01-01", "2025-12-31"))) == [365]
    assert days(covered(2024, span("2020-05-01", "2030-05-01"))) == [366]
    assert days(covered(2025, span("2025-06-30", "2025-06-30"))) == [1]
    assert days(covered(2025, span("2025-12-31", "2026-06-30"))) == [1]
    assert covered(2025, span("2025-01-01", "2025-12-31")).segments.columns == list(SEGMENT_COLUMNS)


def test_spans_of_one_plan_are_one_segment_whatever_lies_between() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-01-31"), span("2025-12-01", "2025-12-31"))
    assert days(coverage) == [62]
    assert coverage.segments["enrollment_months"].to_list() == [2]


def test_days_that_two_spans_share_count_once() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-03-31"), span("2025-03-01", "2025-04-30"))
    assert days(coverage) == [120]  # 31 + 28 + 31 + 30
    assert days(covered(2025, *[span("2025-01-01", "2025-12-31")] * 3)) == [365]


def test_segments_are_numbered_by_the_first_day_held_not_by_the_order_of_rows() -> None:
    gold_later = [span("2025-07-01", "2025-12-31", metal_level="gold"), span("2025-01-01", "2025-06-30")]
    for spans in (gold_later, gold_later[::-1]):
        numbered = covered(2025, *spans).segments.sort("segment_number").select("segment_number", "metal_level")
        assert numbered.rows() == [(1, "silver"), (2, "gold")]


def test_two_csr_variants_of_one_metal_level_are_two_segments() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-06-30", csr_indicator="3"), span("2025-07-01", "2025-12-31"))
    assert days(coverage) == [181, 184]


def test_an_overlap_in_the_days_before_the_year_does_not_matter() -> None:
    coverage = covered(2025, span("2024-01-01", "2025-12-31"), span("2024-06-01", "2024-12-31", metal_level="gold"))
    assert coverage.segments.select("metal_level", "segment_days").rows() == [("silver", 365)]


def test_words_may_be_in_any_case_and_padded() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-12-31", metal_level=" Silver ", sex=" f", csr_indicator=" 1 "))
    assert coverage.segments.select("sex", "metal_level", "csr_indicator").rows() == [("F", "silver", 1)]


@pytest.mark.parametrize(
    ("spans", "reason"),
    [
        ([span("2025-01-01", "2025-12-31", born=None)], "missing_birth_date"),
        ([span("2025-01-01", "2025-12-31", sex="U")], "unknown_gender"),
        ([span("2025-01-01", "2025-12-31", sex=None)], "unknown_gender"),
        ([span("2025-06-01", "2025-05-31")], "invalid_enrollment_dates"),
        ([span(None, "2025-05-31")], "invalid_enrollment_dates"),
        ([span("2025-01-01", None)], "invalid_enrollment_dates"),
        ([span("2024-01-01", "2024-12-31")], "no_coverage_in_benefit_year"),
        ([span("2026-01-01", "2026-12-31")], "no_coverage_in_benefit_year"),
        ([span("2025-01-01", "2025-03-31", born="2025-04-01")], "born_after_coverage"),
        (
            [span("2025-01-01", "2025-01-31"), span("2025-02-01", "2025-02-28", born="1985-01-03")],
            "conflicting_member_rows",
        ),
        ([span("2025-01-01", "2025-01-31"), span("2025-02-01", "2025-02-28", sex="M")], "conflicting_member_rows"),
        ([span("2025-01-01", "2025-06-30"), span("2025-07-01", None)], "invalid_enrollment_dates"),
    ],
)
def test_who_cannot_be_scored_is_rejected_whole_with_one_reason(spans: list[tuple], reason: str) -> None:
    other = span("2025-01-01", "2025-12-31", member_id="B")
    coverage = covered(2025, *spans, other)
    assert reasons(coverage) == {"A": reason}
    assert coverage.segments["member_id"].to_list() == ["B"]


def test_rows_without_a_member_are_rejected() -> None:
    coverage = covered(2025, span("2025-01-01", "2025-12-31", member_id=None), span("2025-01-01", "2025-12-31"))
    assert coverage.rejected.rows() == [(None, "missing_member_id")]
    assert coverage.segments["member_id"].to_list() == ["A"]


def test_an_unknown_metal_level_stops_and_says_which_exist() -> None:
    with pytest.raises(InputError) as error:
        covered(2025, span("2025-01-01", "2025-12-31", metal_level="tin"))
    assert str(error.value) == (
        "The enrollment spans: 1 row(s) have a metal level that is not one of "
        "platinum, gold, silver, bronze, catastrophic: tin. Correct these rows."
    )


def test_a_csr_indicator_of_another_year_stops_and_says_which_exist() -> None:
    with pytest.raises(InputError, match=r"1 enrollment span.* model year 2024 does not have; it has 1, 2, 3, 4\."):
        covered(2024, span("2024-01-01", "2024-12-31", csr_indicator="11"))


@pytest.mark.parametrize("year", MODEL_YEARS)
def test_every_number_of_days_has_its_duration(year: int) -> None:
    """The bins of Table 1, at both ends of each."""
    ends = [31, 62, 92, 123, 153, 184, 214, 245, 275, 306, 335, 366]
    frame = pl.DataFrame({"days": range(1, 367)})
    found = frame.select(duration_months(pl.col("days"), rules_of(year)).alias("months"))["months"].to_list()
    right = [next(month for month, end in enumerate(ends, start=1) if day <= end) for day in range(1, 367)]
    assert found == right


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2000, 6, 15), date(2025, 6, 14), 24),
        (date(2000, 6, 15), date(2025, 6, 15), 25),
        (date(2000, 2, 29), date(2025, 2, 28), 24),
        (date(2000, 2, 29), date(2025, 3, 1), 25),
        (date(2000, 2, 29), date(2024, 2, 29), 24),
        (date(2025, 1, 1), date(2025, 12, 31), 0),
        (date(1924, 12, 31), date(2025, 1, 1), 100),
    ],
)
def test_whole_years(born: date, day: date, age: int) -> None:
    assert pl.select(whole_years(pl.lit(born), pl.lit(day))).item() == age
