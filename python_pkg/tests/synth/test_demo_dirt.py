"""Dirt: every kind is planted, counted truly, and rare, in a delivery of one year and in one of two."""

from pathlib import Path

import polars as pl
import pytest
from demo_issuer import DIRTY_MEMBERS, YEAR, YEARS, read_csv

from hhs_hcc.synth import SynthSummary
from hhs_hcc.synth.dirt import DIRT_KINDS
from hhs_hcc.synth.plans import RARE_PLAN

Dirty = tuple[Path, SynthSummary]

NOT_A_NUMBER = r"[^0-9.]"


@pytest.fixture(params=[[YEAR], YEARS], ids=["one year", "two years"])
def years(request: pytest.FixtureRequest) -> list[int]:
    return list(request.param)


@pytest.fixture
def delivered(years: list[int], dirty: Dirty, dirty_years: Dirty) -> Dirty:
    return dirty if years == [YEAR] else dirty_years


def is_bad_date(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & pl.col(column).str.to_date(strict=False).is_null()


def test_every_kind_is_planted(delivered: Dirty) -> None:
    counts = delivered[1].dirt_counts
    assert set(counts) == set(DIRT_KINDS)
    assert all(counts.values())


ROW_SIGNS = {
    ("raw_members", "missing_birth_date"): pl.col("birth_date").is_null(),
    ("raw_members", "unparsable_birth_date"): is_bad_date("birth_date"),
    ("raw_members", "unknown_gender"): pl.col("gender") == "U",
    ("raw_members", "empty_gender"): pl.col("gender") == "",
    ("raw_members", "lower_case_gender"): pl.col("gender").str.contains("^[fm]$"),
    ("raw_enrollments", "unknown_plan"): pl.col("hios_plan_id") == "99801TX999999901",
    ("raw_enrollments", "unknown_metal_level"): pl.col("hios_plan_id") == RARE_PLAN,
    ("raw_enrollments", "short_plan_id"): pl.col("hios_plan_id").str.len_chars() == 14,
    ("raw_enrollments", "unparsable_enrollment_date"): is_bad_date("enrollment_start_date"),
    ("raw_enrollments", "end_before_start"): (pl.col("enrollment_end_date") < pl.col("enrollment_start_date"))
    & ~is_bad_date("enrollment_start_date"),
    ("raw_enrollments", "non_numeric_premium"): pl.col("premium_amount").str.contains(NOT_A_NUMBER),
    ("raw_claims", "dotted_code"): pl.col("diagnosis_code_1").str.contains(".", literal=True),
    ("raw_claims", "lower_case_code"): pl.col("diagnosis_code_1").str.contains("[a-z]"),
    ("raw_claims", "padded_code"): pl.col("diagnosis_code_1").str.starts_with(" "),
    ("raw_claims", "empty_string_code"): pl.col("diagnosis_code_2") == "",
    ("raw_claims", "unparsable_line_date"): is_bad_date("claim_line_start_date") & (pl.col("claim_type") != "pharmacy"),
    ("raw_claims", "unparsable_fill_date"): is_bad_date("claim_line_start_date") & (pl.col("claim_type") == "pharmacy"),
    ("raw_claims", "non_numeric_amount"): pl.col("paid_amount").str.contains(NOT_A_NUMBER),
    ("raw_claims", "non_numeric_quantity"): pl.col("quantity").str.contains(NOT_A_NUMBER),
    ("raw_claims", "ndc_5_4_2"): pl.col("ndc_code").str.contains(r"^\d{5}-\d{4}-\d{2}$"),
    ("raw_claims", "ndc_4_4_2"): pl.col("ndc_code").str.contains(r"^\d{4}-\d{4}-\d{2}$"),
    ("raw_claims", "ndc_5_3_2"): pl.col("ndc_code").str.contains(r"^\d{5}-\d{3}-\d{2}$"),
    ("raw_claims", "ndc_5_4_1"): pl.col("ndc_code").str.contains(r"^\d{5}-\d{4}-\d$"),
    ("raw_claims", "empty_ndc"): pl.col("ndc_code") == "",
    ("raw_claims", "invalid_ndc"): pl.col("ndc_code").str.contains(r"^(\d{5}|\d{14}|.*[A-Z].*)$"),
    ("raw_supplemental_diagnoses", "supplemental_of_unknown_claim"): pl.col("claim_id") == "C00-unknown",
    ("raw_supplemental_diagnoses", "unknown_action"): pl.col("action_code") == "change",
    ("raw_supplemental_diagnoses", "unparsable_supplemental_date"): is_bad_date("service_date"),
}


@pytest.mark.parametrize(("table", "kind"), ROW_SIGNS, ids=lambda name: name)
def test_as_many_rows_are_dirty_as_were_counted(table: str, kind: str, delivered: Dirty) -> None:
    folder, summary = delivered
    assert read_csv(folder, table).filter(ROW_SIGNS[table, kind]).height == summary.dirt_counts[kind]


@pytest.mark.parametrize("status", ["denied", "void"])
def test_statuses_belong_to_whole_claims(status: str, delivered: Dirty) -> None:
    folder, summary = delivered
    claims = read_csv(folder, "raw_claims").group_by("claim_id").agg(pl.col("claim_status").unique())
    assert claims.filter(pl.col("claim_status") == [status]).height == summary.dirt_counts[status]


def test_replacements_name_claims_that_are_there(delivered: Dirty) -> None:
    folder, summary = delivered
    claims = read_csv(folder, "raw_claims")
    named = claims.drop_nulls("replaces_claim_id").unique("claim_id")
    earlier = claims.unique("claim_id").join(named, left_on="claim_id", right_on="replaces_claim_id", suffix="_new")
    statuses = dict(earlier["claim_status"].value_counts().iter_rows())
    counts = summary.dirt_counts
    assert statuses == {"replaced": counts["replaced"], "paid": counts["replaced_still_paid"]}
    assert (named["claim_status"] == "paid").all()
    institutional = named.filter(pl.col("claim_type") == "institutional")
    assert institutional["bill_type_code"].str.ends_with("7").all()


def test_duplicates_are_the_same_lines_again(delivered: Dirty) -> None:
    folder, summary = delivered
    claims = read_csv(folder, "raw_claims")
    again = claims.filter(claims.is_duplicated())
    assert again["claim_id"].n_unique() == summary.dirt_counts["duplicate_claim"]
    assert not claims.unique().select("claim_id", "claim_line_number").is_duplicated().any()


def test_misplaced_claims_are_where_the_counts_say(delivered: Dirty, years: list[int]) -> None:
    folder, summary = delivered
    claims = read_csv(folder, "raw_claims").unique("claim_id")
    members = read_csv(folder, "raw_members")
    counts = summary.dirt_counts
    assert claims.join(members, on="member_id", how="anti").height == counts["unknown_member"]
    elsewhere = claims.filter(~pl.col("claim_start_date").str.head(4).cast(pl.Int64).is_in(years))
    assert elsewhere.height == counts["outside_benefit_year"]
    without = members.join(read_csv(folder, "raw_enrollments"), on="member_id", how="anti")
    assert without.height == counts["member_without_enrollment"]


def test_cut_spans_touch_or_overlap(delivered: Dirty) -> None:
    folder, summary = delivered
    day = pl.col("enrollment_start_date", "enrollment_end_date").str.to_date(strict=False)
    spans = (
        read_csv(folder, "raw_enrollments")
        .with_columns(day)
        .drop_nulls("enrollment_start_date")
        .filter(pl.col("enrollment_start_date") <= pl.col("enrollment_end_date"))
    )
    next_start = spans.sort("member_id", "enrollment_start_date").with_columns(
        next_start=pl.col("enrollment_start_date").shift(-1).over("member_id", "hios_plan_id")
    )
    overlapping = next_start.filter(pl.col("next_start") <= pl.col("enrollment_end_date")).height
    assert overlapping == summary.dirt_counts["overlapping_span"]
    touching = next_start.filter(pl.col("next_start") == pl.col("enrollment_end_date") + pl.duration(days=1)).height
    # The plan years of small groups touch too.
    assert touching >= summary.dirt_counts["adjacent_split_span"]


def test_dirt_is_rare(delivered: Dirty, years: list[int]) -> None:
    folder, summary = delivered
    lines = read_csv(folder, "raw_claims")
    members = read_csv(folder, "raw_members")
    assert summary.members == members.height
    assert members.filter(pl.col("year") == str(max(years))).height == DIRTY_MEMBERS
    assert sum(summary.dirt_counts.values()) < 0.08 * len(lines)
