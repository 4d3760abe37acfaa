"""The files of a series of deliveries: times, bytes, dirt, and requests that are refused."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from demo_issuer import CMS_TABLES, DELIVERIES, DIRTY_MEMBERS, REPOSITORY, SEED, YEAR, read_csv
from typer.testing import CliRunner

from hhs_hcc.cli import app
from hhs_hcc.deliveries import describe_delivery
from hhs_hcc.errors import InputError
from hhs_hcc.synth import SynthSummary, generate, synthesize
from hhs_hcc.synth.changes import CHANGE_KINDS
from hhs_hcc.synth.dirt import DIRT_KINDS
from hhs_hcc.synth.layout import RAW_COLUMNS
from hhs_hcc.synth.schedule import Schedule

Dirty = tuple[Path, SynthSummary]


def make(folder: Path, number: int, members: int = 300, of: int = DELIVERIES, changes: float = 0.2) -> SynthSummary:
    return synthesize(
        members,
        YEAR,
        SEED,
        folder,
        tables_directory=CMS_TABLES,
        delivery=number,
        of=of,
        changes=changes,
        overwrite=True,
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> list[Dirty]:
    folders = [tmp_path_factory.mktemp(f"delivery_{number}_") for number in range(1, DELIVERIES + 1)]
    return [(folder, make(folder, number, DIRTY_MEMBERS)) for number, folder in enumerate(folders, start=1)]


def test_the_same_arguments_give_the_same_bytes_whatever_else_was_delivered(tmp_path: Path) -> None:
    make(tmp_path / "series", 1)
    make(tmp_path / "series", 3)
    make(tmp_path / "alone", 3)
    make(tmp_path / "calmer", 3, changes=0.1)
    assert bytes_of(tmp_path / "series") == bytes_of(tmp_path / "alone")
    assert bytes_of(tmp_path / "calmer") != bytes_of(tmp_path / "alone")


def test_deliveries_are_spread_over_the_year_and_its_run_out(series: list[Dirty]) -> None:
    manifests = [json.loads((folder / "delivery.json").read_text()) for folder, _ in series]
    times = [datetime.fromisoformat(manifest["load_timestamp"]) for manifest in manifests]
    assert times == sorted(set(times))
    assert (times[0], times[-1]) == (datetime(YEAR, 4, 1, 6), datetime(YEAR + 1, 6, 30, 6))
    assert [manifest["claims"] for manifest in manifests] == ["full", "changes", "changes", "changes"]
    assert [(manifest["delivery"], manifest["deliveries"]) for manifest in manifests] == [(n, 4) for n in range(1, 5)]
    described = [describe_delivery(folder) for folder, _ in series]
    assert [delivery.claims_mode for delivery in described] == [manifest["claims"] for manifest in manifests]
    assert all(delivery.has_stated_timestamp for delivery in described)


@pytest.mark.parametrize("of", [1, 2, 12, 366])
def test_a_series_of_any_length_ends_after_the_run_out_and_has_no_two_deliveries_on_a_day(of: int) -> None:
    schedule = Schedule.series(YEAR, of, of, 0.05)
    assert schedule.manifest()["load_timestamp"] == f"{YEAR + 1}-06-30T06:00:00"
    assert (np.diff(schedule.days) > 0).all()


def test_a_series_of_one_delivery_holds_everything(tmp_path: Path) -> None:
    alone = make(tmp_path / "alone", 1, 300, 1)
    once = synthesize(300, YEAR, SEED, tmp_path / "once", tables_directory=CMS_TABLES)
    assert alone.row_counts == once.row_counts
    assert alone.change_counts == once.change_counts == {}


def test_changes_are_counted_where_there_is_a_delivery_before(series: list[Dirty]) -> None:
    assert series[0][1].change_counts == {}
    for _, summary in series[1:]:
        assert set(summary.change_counts) == set(CHANGE_KINDS)
        assert summary.members == summary.row_counts["raw_members"] <= DIRTY_MEMBERS


def test_every_kind_of_dirt_is_planted_in_later_deliveries_too(series: list[Dirty]) -> None:
    for _, summary in series[1:3]:
        assert {kind for kind, number in summary.dirt_counts.items() if number} == set(DIRT_KINDS)


def test_dirt_of_members_stays_as_it_is(series: list[Dirty]) -> None:
    first, second = (read_csv(folder, "raw_members") for folder, _ in series[:2])
    both = first.join(second, on="member_id")
    assert both["birth_date"].eq_missing(both["birth_date_right"]).all()
    assert both["gender"].eq_missing(both["gender_right"]).all()


def test_only_misplaced_claims_are_paid_after_their_delivery(series: list[Dirty]) -> None:
    for folder, summary in series:
        made_on = json.loads((folder / "delivery.json").read_text())["load_timestamp"][:10]
        later = read_csv(folder, "raw_claims").filter(pl.col("paid_date") >= made_on)
        misplaced = sum(summary.dirt_counts.get(kind, 0) for kind in ("outside_benefit_year", "outside_enrollment"))
        assert later["claim_id"].n_unique() <= misplaced


def test_claims_with_planted_dirt_are_not_delivered_again(series: list[Dirty]) -> None:
    first, *later = (read_csv(folder, "raw_claims") for folder, _ in series)
    planted = first.filter(pl.col("claim_status") != "paid")["claim_id"].unique()
    assert len(planted) > 50
    for claims in later:
        named = pl.concat([claims["claim_id"], claims["replaces_claim_id"].drop_nulls()])
        assert not named.is_in(planted.implode()).any()


def test_the_files_of_all_deliveries_hold_every_claim_of_the_year(series: list[Dirty], dirty: Dirty) -> None:
    key = ["claim_id", "claim_line_number"]
    delivered = pl.concat(read_csv(folder, "raw_claims").select(key) for folder, _ in series)
    whole = read_csv(dirty[0], "raw_claims").select(key)
    assert whole.join(delivered, on=key, how="anti").is_empty()
    beyond = delivered.join(whole, on=key, how="anti")
    assert beyond["claim_id"].str.contains(r"R[234]$").all()


def test_the_size_of_a_block_changes_the_files_but_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "one", 2)
    monkeypatch.setattr(generate, "FAMILIES_PER_BLOCK", 64)
    make(tmp_path / "many", 2)
    for table, columns in RAW_COLUMNS.items():
        one, many = (
            pl.concat(pl.read_csv(file, infer_schema=False) for file in (tmp_path / name).glob(f"{table}*.csv"))
            for name in ("one", "many")
        )
        assert one.sort(columns, nulls_last=True).equals(many.sort(columns, nulls_last=True)), table


@pytest.mark.parametrize(
    ("number", "of", "changes", "message"),
    [
        (0, 4, 0.05, r"4 deliveries, 1 to 4; there is no delivery 0"),
        (5, 4, 0.05, r"there is no delivery 5\. Change --delivery or --of"),
        (1, 0, 0.05, r"1 to 366 deliveries; found 0"),
        (1, 367, 0.05, r"1 to 366 deliveries; found 367"),
        (2, 4, -0.01, r"between 0 and 1, for example 0\.05; found -0\.01"),
        (2, 4, 1.01, r"between 0 and 1"),
        (2, 4, float("nan"), r"between 0 and 1"),
    ],
)
def test_what_cannot_be_delivered_is_refused_before_anything_is_written(
    number: int, of: int, changes: float, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        make(tmp_path / "out", number, 20, of, changes)
    assert not (tmp_path / "out").exists()


def test_the_command_makes_a_delivery_and_prints_what_has_changed(tmp_path: Path) -> None:
    arguments = ["synth", "--members", "60", "--year", str(YEAR), "--out", str(tmp_path)]
    result = CliRunner().invoke(app, [*arguments, "--delivery", "2", "--of", "3", "--changes", "0.5"])
    assert result.exit_code == 0, result.output
    assert "changed since the delivery before" in result.output
    assert "corrected claim" in result.output
    assert json.loads((tmp_path / "delivery.json").read_text())["deliveries"] == 3


@pytest.mark.parametrize("option", [["--of", "4"], ["--changes", "0"]])
def test_options_of_a_series_without_a_delivery_are_refused(option: list[str], tmp_path: Path) -> None:
    arguments = ["synth", "--members", "60", "--year", str(YEAR), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, *option])
    assert isinstance(result.exception, InputError)
    assert "add --delivery 1" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_the_contract_describes_deliveries() -> None:
    contract = (REPOSITORY / "docs" / "input_contract.md").read_text()
    section = contract.split("## Deliveries\n")[1].split("\n## ")[0]
    for word in (
        "delivery.json",
        "load_timestamp",
        "`full`",
        "`changes`",
        "replaces_claim_id",
        "`void`",
        "skipped",
        "refused",
    ):
        assert word in section, word
