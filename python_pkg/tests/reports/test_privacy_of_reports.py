"""What reports tell of members: how many, never who, and nothing of fewer than eleven."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from hhs_hcc import cli
from hhs_hcc.reports.suppression import HIDDEN
from hhs_hcc.terminal import is_small

# Where the database says who somebody is. Dates of birth of the years that reports are about are left out: a day of
# enrollment or of CMS's tables may be the same.
OF_MEMBERS = {
    "member_id": "select member_id from main_staging.stg_issuer__members",
    "subscriber_id": "select subscriber_id from main_staging.stg_issuer__members",
    "name": "select unnest([first_name, last_name]) from main_staging.stg_issuer__members",
    "birth_date": "select birth_date from main_staging.stg_issuer__members where year(birth_date) < 2010",
    "claim_id": "select claim_id from main_staging.stg_issuer__claims",
    "supplemental_id": "select supplemental_diagnosis_id from main_staging.stg_issuer__supplemental_diagnoses",
}
# What is not counted by members: ten codes may be those of a thousand.
NO_MEMBERS = {"code_count"}
NAMES_SOMEBODY = re.compile(
    r"(member|subscriber|claim|diagnosis|provider)_id|(first|last)_name|birth|zip|npi|phone|street"
)


@pytest.fixture(scope="session")
def known(report_database: Path) -> dict[str, set[str]]:
    """All values by which somebody could be known."""
    with duckdb.connect(str(report_database), read_only=True) as connection:
        return {
            what: {str(value) for (value,) in connection.execute(sql).fetchall() if value}
            for what, sql in OF_MEMBERS.items()
        }


def said_of_members(folder: Path, known: dict[str, set[str]]) -> dict[str, set[str]]:
    """What kind of value stands in which files."""
    found: dict[str, set[str]] = {}
    for file in _files(folder):
        words = set(re.findall(r"[\w-]+", file.read_text(encoding="utf-8")))
        for what, values in known.items():
            if words & values:
                found.setdefault(what, set()).add(file.name)
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _tables(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    for path in sorted(folder.glob("*/*.csv")):
        yield f"{path.parent.name}/{path.name}", pl.read_csv(path, infer_schema_length=None)


def test_reports_are_there_to_be_read(reports: Path, known: dict[str, set[str]]) -> None:
    assert {path.suffix for path in _files(reports)} == {".html", ".csv"}
    kinds = {page.parent.name.split("-")[0] for page in reports.glob("*/report.html")}
    assert kinds == {"run", "comparison", "decomposition", "lag"}
    assert all(len(values) > 100 for values in known.values())


def test_no_file_says_who_a_member_is(reports: Path, known: dict[str, set[str]]) -> None:
    assert said_of_members(reports, known) == {}
    named = {
        name: column for name, table in _tables(reports) for column in table.columns if NAMES_SOMEBODY.search(column)
    }
    assert named == {}


def test_invented_names_are_nobodys(
    report_database: Path, tmp_path: Path, known: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [
        "report",
        "comparison",
        "latest",
        "--pseudonyms",
        "--database",
        str(report_database),
        "--out",
        str(tmp_path),
    ]
    monkeypatch.setattr(sys, "argv", ["hhs-hcc", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert not ended.value.code
    assert said_of_members(tmp_path, known) == {}


def test_a_row_of_few_members_is_hidden(reports: Path) -> None:
    counted = 0
    shown = []
    for name, table in _tables(reports):
        columns = [
            one for one in table.columns if re.search(r"(^|_)(members?|count)(_|$)", one) and one not in NO_MEMBERS
        ]
        counts = [one for one in columns if table.schema[one].is_integer()]
        counted += len(counts)
        shown += [f"{name} {one}" for one in counts if any(is_small(value) for value in table[one])]
    assert counted > 20
    assert shown == []


def test_a_hidden_row_tells_nothing_but_its_name_and_why(reports: Path) -> None:
    hidden = 0
    for name, table in _tables(reports):
        if HIDDEN not in table.columns:
            continue
        rows = table.filter(pl.col(HIDDEN).is_not_null())
        hidden += rows.height
        measures = [column for column in rows.columns if rows.schema[column].is_float()]
        assert [column for column in measures if rows[column].null_count() < rows.height] == [], name
    assert hidden > 0
