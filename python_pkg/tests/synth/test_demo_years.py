"""Several benefit years in one delivery: each is what it is alone, and the same people go through all of them."""

import json
from pathlib import Path

import polars as pl
import pytest
from demo_issuer import (
    CMS_TABLES,
    DIRTY_MEMBERS,
    SEED,
    YEAR,
    YEARS,
    Issuer,
    cms,
    make_delivery,
    read_csv,
)
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from hhs_hcc.cli import app
from hhs_hcc.errors import InputError
from hhs_hcc.synth import SynthSummary, generate, synthesize
from hhs_hcc.synth.layout import DIAGNOSIS_COLUMNS, RAW_COLUMNS
from hhs_hcc.synth.schedule import Schedule

Dirty = tuple[Path, SynthSummary]


def make(folder: Path, *years: int, members: int = 300) -> SynthSummary:
    return synthesize(members, years, SEED, folder, tables_directory=CMS_TABLES)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def alone(dirty: Dirty, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The delivery of each year by itself."""
    folder = tmp_path_factory.mktemp("year_before")
    make(folder, YEARS[0], members=DIRTY_MEMBERS)
    return [folder, dirty[0]]


@pytest.fixture(scope="module")
def told_together(year_before: Issuer, issuer: Issuer) -> list[pl.DataFrame]:
    """Clean coverage of each year, as a delivery of both tells it."""
    schedules, years = Schedule.together(YEARS), (year_before, issuer)
    return [
        make_delivery(schedule, year.members).clean.enrollments for schedule, year in zip(schedules, years, strict=True)
    ]


@pytest.mark.parametrize("table", ["raw_claims", "raw_supplemental_diagnoses", "raw_plans"])
def test_each_year_is_what_it_is_alone(table: str, dirty_years: Dirty, alone: list[Path]) -> None:
    together = read_csv(dirty_years[0], table)
    one_by_one = pl.concat(read_csv(folder, table) for folder in alone)
    if table == "raw_claims":
        # Claims that lie outside the years of their delivery lie further off where there are more years.
        is_inside = pl.col("claim_start_date").str.head(4).is_in([str(year) for year in YEARS])
        strays = together.filter(~is_inside)["claim_id"].unique()
        assert 0 < len(strays) < 0.01 * together["claim_id"].n_unique()
        together, one_by_one = (
            frame.filter(~pl.col("claim_id").is_in(strays.implode())) for frame in (together, one_by_one)
        )
    assert_frame_equal(together, one_by_one)


def test_members_are_told_once_as_they_were_last_known(dirty_years: Dirty, alone: list[Path]) -> None:
    together = read_csv(dirty_years[0], "raw_members")
    before, last = (read_csv(folder, "raw_members") for folder in alone)
    assert together["member_id"].is_unique().all()
    assert_frame_equal(together.filter(pl.col("year") == str(YEAR)), last)
    lost = before.join(last, on="member_id", how="anti")
    # A birth date that is none names the last year of its delivery.
    assert_frame_equal(together.filter(pl.col("year") == str(YEARS[0])).drop("birth_date"), lost.drop("birth_date"))
    assert read_csv(dirty_years[0], "raw_providers").equals(read_csv(alone[1], "raw_providers"))


def test_coverage_within_a_year_is_what_it_is_alone(
    told_together: list[pl.DataFrame], year_before: Issuer, issuer: Issuer
) -> None:
    key = ["member_id", "hios_plan_id", "premium_amount"]
    for year, together, by_itself in zip(YEARS, told_together, (year_before, issuer), strict=True):
        inside = [
            frame.select(
                *key,
                pl.max_horizontal("enrollment_start_date", pl.lit(f"{year}-01-01")),
                pl.min_horizontal("enrollment_end_date", pl.lit(f"{year}-12-31")),
            )
            for frame in (together, by_itself.clean.enrollments)
        ]
        assert_frame_equal(*inside)


def test_no_year_speaks_of_days_that_another_year_tells(told_together: list[pl.DataFrame]) -> None:
    before, after = told_together
    assert before["enrollment_end_date"].max() == f"{YEARS[0]}-12-31"
    assert after["enrollment_start_date"].min() == f"{YEAR}-01-01"
    # Plan years of small groups reach over the edges of the whole.
    assert before["enrollment_start_date"].min() < f"{YEARS[0]}-01-01"
    assert after["enrollment_end_date"].max() > f"{YEAR}-12-31"


def test_some_leave_some_join_and_most_stay(told_together: list[pl.DataFrame]) -> None:
    before, after = (set(enrollments["member_id"]) for enrollments in told_together)
    assert 0.6 < len(before & after) / len(before) < 0.9
    assert len(before - after) > 0.1 * len(before)
    assert len(after - before) > 0.1 * len(after)


def test_some_who_stay_change_their_plan_and_some_their_metal_or_variant(told_together: list[pl.DataFrame]) -> None:
    last = told_together[0].unique("member_id", keep="last", maintain_order=True)
    first = told_together[1].unique("member_id", keep="first", maintain_order=True)
    stayed = last.join(first, on="member_id", suffix="_after")
    plan, plan_after = stayed["hios_plan_id"], stayed["hios_plan_id_after"]
    # From the end of one year to the start of the next: children grow up, and New Year is no reason to move.
    assert 0 < (plan != plan_after).mean() < 0.03
    whole = pl.concat(told_together).filter(pl.col("member_id").is_in(stayed["member_id"].implode()))
    by_member = whole.group_by("member_id").agg(
        plans=pl.col("hios_plan_id").n_unique(),
        metals=pl.col("hios_plan_id").str.slice(13, 1).n_unique(),
        variants=pl.col("hios_plan_id").str.tail(2).n_unique(),
    )
    assert 0.03 < (by_member["plans"] > 1).mean() < 0.12
    assert (by_member["metals"] > 1).sum() > 20
    assert (by_member["variants"] > 1).sum() > 20


def test_chronic_conditions_are_mostly_seen_again_and_acute_ones_are_not(year_before: Issuer, issuer: Issuer) -> None:
    stayed = set(year_before.members.key.tolist()) & set(issuer.members.key.tolist())

    def seen_in(some: Issuer, year: int, hccs: str) -> set[int]:
        codes = cms("dx_to_cc", year).filter(pl.col("cc").str.contains(hccs))["icd10"].unique()
        lines = some.clean.medical.filter(pl.any_horizontal(pl.col(DIAGNOSIS_COLUMNS).is_in(codes.implode())))
        return set(some.members.key[lines["member_row"].unique().to_numpy()].tolist()) & stayed

    def seen_again(hccs: str) -> float:
        before, after = (seen_in(some, year, hccs) for some, year in zip((year_before, issuer), YEARS, strict=True))
        assert len(before) > 20
        return len(before & after) / len(before)

    assert 0.75 < seen_again("^HHS_HCC0(19|20|21)$") < 1
    assert 0.75 < seen_again("^HHS_HCC088$") < 1
    assert seen_again("^HHS_HCC(002|127|156|209)$") < 0.3


def test_plans_have_a_row_for_each_year(dirty_years: Dirty) -> None:
    plans = read_csv(dirty_years[0], "raw_plans")
    assert sorted(plans["effective_year"].unique()) == [str(year) for year in YEARS]
    assert plans.select("plan_id", "effective_year").is_unique().all()
    held = read_csv(dirty_years[0], "raw_enrollments").filter(
        pl.col("hios_plan_id").is_in(plans["hios_plan_id"].implode())
    )
    starts = held.select("hios_plan_id", effective_year=pl.col("enrollment_start_date").str.head(4))
    told = starts.filter(pl.col("effective_year").is_in([str(year) for year in YEARS]))
    assert told.join(plans, on=["hios_plan_id", "effective_year"], how="anti").is_empty()


def test_neither_the_order_of_years_nor_naming_one_twice_matters(tmp_path: Path) -> None:
    make(tmp_path / "in_order", *YEARS)
    make(tmp_path / "backwards", *reversed(YEARS), YEAR)
    make(tmp_path / "one", YEAR)
    synthesize(300, YEAR, SEED, tmp_path / "number", tables_directory=CMS_TABLES)
    assert bytes_of(tmp_path / "in_order") == bytes_of(tmp_path / "backwards")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "number")


def test_the_size_of_a_block_changes_the_files_but_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "one", *YEARS)
    # A block of this size makes one year full a block before the other: the last one holds one year alone.
    monkeypatch.setattr(generate, "FAMILIES_PER_BLOCK", 58)
    make(tmp_path / "many", *YEARS)
    last_block = pl.read_csv(tmp_path / "many" / "raw_claims_0004.csv", infer_schema=False)
    assert last_block["claim_id"].str.slice(1, 2).n_unique() == 1
    for table, columns in RAW_COLUMNS.items():
        one, many = (
            pl.concat(pl.read_csv(file, infer_schema=False) for file in (tmp_path / name).glob(f"{table}*.csv"))
            for name in ("one", "many")
        )
        assert one.sort(columns, nulls_last=True).equals(many.sort(columns, nulls_last=True)), table


def test_years_may_lie_apart(tmp_path: Path) -> None:
    make(tmp_path, 2022, YEAR)
    by_year = read_csv(tmp_path, "raw_claims")["claim_id"].str.slice(1, 2).unique().sort().to_list()
    assert by_year == ["22", "25"]


def test_delivery_json_names_the_years_and_comes_after_the_last_run_out(tmp_path: Path) -> None:
    make(tmp_path, *YEARS, members=20)
    manifest = json.loads((tmp_path / "delivery.json").read_text())
    assert manifest["benefit_years"] == list(YEARS)
    assert manifest["load_timestamp"] == f"{YEAR + 1}-07-01T06:00:00"
    assert manifest["claims"] == "full"


@pytest.mark.parametrize(
    ("years", "delivery", "message"),
    [
        ((), None, r"needs a year, for example"),
        (YEARS, 1, rf"about one year; found {YEARS[0]}, {YEARS[1]}\. Name one year, or no delivery"),
    ],
)
def test_years_that_cannot_be_told_are_refused_before_anything_is_written(
    years: tuple[int, ...], delivery: int | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        synthesize(20, years, SEED, tmp_path / "out", tables_directory=CMS_TABLES, delivery=delivery)
    assert not (tmp_path / "out").exists()


def test_the_command_takes_several_years(tmp_path: Path) -> None:
    years = [argument for year in YEARS for argument in ("--year", str(year))]
    result = CliRunner().invoke(app, ["synth", "--members", "60", *years, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "delivery.json").read_text())["benefit_years"] == list(YEARS)
