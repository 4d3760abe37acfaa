"""The register of the CMS tables notices every change, and is renewed by code, not by hand."""

import csv
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest

from hhs_hcc.errors import TableError
from hhs_hcc.publication import cms_publication, refresh, table_hash, verify

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT / "seeds" / "cms"
REGISTER = "cms_publication.csv"
TABLES = ("hcc_hierarchy", "coefficient", "rxc", "metal_level")

Rows = list[list[str]]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of a few tables, one of them undated, with the part of the register that speaks of them."""
    for table in TABLES:
        shutil.copy(SEEDS / f"cms_{table}.csv", tmp_path)
    shutil.copy(SEEDS / REGISTER, tmp_path)
    edit(tmp_path / REGISTER, lambda rows: [row for row in rows if row[1] in ("table_name", *TABLES)])
    return tmp_path


def edit(file: Path, change: Callable[[Rows], Rows]) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = change(list(csv.reader(stream)))
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def add_a_model_year(directory: Path) -> None:
    def next_year(rows: Rows) -> Rows:
        newest = max(row[0] for row in rows[1:])
        return rows + [[str(int(newest) + 1), *row[1:]] for row in rows[1:] if row[0] == newest]

    edit(directory / "cms_rxc.csv", next_year)


def test_every_table_is_as_published() -> None:
    assert [str(problem) for problem in verify(SEEDS)] == []


def test_refreshing_what_is_up_to_date_writes_nothing(tables: Path) -> None:
    before = (tables / REGISTER).read_bytes()
    assert refresh(tables) == []
    assert (tables / REGISTER).read_bytes() == before
    assert verify(tables) == []


def test_a_hierarchy_row_that_goes_missing_is_reported_for_its_table_and_year_alone(tables: Path) -> None:
    gone = ["2024", "HHS_HCC008", "HHS_HCC009"]
    edit(tables / "cms_hcc_hierarchy.csv", lambda rows: [row for row in rows if row != gone])
    (problem,) = verify(tables)
    assert str(problem) == (
        "cms_hcc_hierarchy, model year 2024: 202 rows, published with 203; the content is not the published one"
    )


def test_a_coefficient_that_moves_by_a_thousandth_is_reported_for_its_year_alone(tables: Path) -> None:
    def move(rows: Rows) -> Rows:
        row = next(row for row in rows if row[:4] == ["2025", "adult", "HHS_HCC001", "silver"])
        row[4] = f"{float(row[4]) + 0.001:.3f}"
        return rows

    edit(tables / "cms_coefficient.csv", move)
    (problem,) = verify(tables)
    assert (problem.table_name, problem.model_year) == ("coefficient", "2025")
    assert problem.what == "the content is not the published one"


def test_a_change_of_an_undated_table_is_reported(tables: Path) -> None:
    edit(tables / "cms_metal_level.csv", lambda rows: rows[:-1])
    (problem,) = verify(tables)
    assert str(problem).startswith("cms_metal_level, undated: 4 rows, published with 5")


def test_the_order_of_rows_is_not_content(tables: Path) -> None:
    edit(tables / "cms_hcc_hierarchy.csv", lambda rows: [rows[0], *reversed(rows[1:])])
    assert verify(tables) == []


def test_a_refresh_renews_the_two_figures_and_nothing_else(tables: Path) -> None:
    edit(tables / "cms_hcc_hierarchy.csv", lambda rows: rows[:-1])
    before = (tables / REGISTER).read_text(encoding="utf-8").splitlines()
    (change,) = refresh(tables)
    after = (tables / REGISTER).read_text(encoding="utf-8").splitlines()

    assert change == "cms_hcc_hierarchy, model year 2026: 203 rows, now 202; hash renewed"
    (changed,) = [lines for lines in zip(before, after, strict=True) if lines[0] != lines[1]]
    assert [old == new for old, new in zip(*csv.reader(changed), strict=True)] == [True] * 7 + [False] * 2 + [True] * 3
    assert verify(tables) == []


def test_a_new_model_year_gets_a_row_that_asks_a_person_for_its_source(tables: Path) -> None:
    add_a_model_year(tables)
    assert [str(problem) for problem in verify(tables)] == ["cms_rxc, model year 2027: has no row in cms_publication"]

    assert refresh(tables) == ["cms_rxc, model year 2027: added with 10 rows"]
    assert refresh(tables) == []
    (problem,) = verify(tables)
    assert problem.what == (
        "source_kind is empty; source_note is empty; a provisional_reason belongs to provisional rows, and to them only"
    )
    with (tables / REGISTER).open(encoding="utf-8", newline="") as stream:
        row = next(row for row in csv.DictReader(stream) if row["model_year"] == "2027")
    assert row["title"] == "HHS-HCC DIY software, Table 11"
    assert (row["is_used_in_scoring"], row["is_provisional"]) == ("true", "true")

    def fill_in(rows: Rows) -> Rows:
        return [
            [*row[:4], "diy_workbook", "Final.", *row[6:9], "false", "", row[11]] if row[0] == "2027" else row
            for row in rows
        ]

    edit(tables / REGISTER, fill_in)
    assert verify(tables) == []


def test_a_published_table_that_does_not_exist_is_reported_and_its_row_is_left_to_a_person(tables: Path) -> None:
    (tables / "cms_metal_level.csv").unlink()
    assert refresh(tables) == []
    assert [str(problem) for problem in verify(tables)] == [
        "cms_metal_level, undated: cms_publication names it, but there are no such rows"
    ]


def test_a_table_and_year_has_one_row_in_the_register(tables: Path) -> None:
    edit(tables / REGISTER, lambda rows: [*rows, rows[-1]])
    assert [problem.what for problem in verify(tables)] == ["has 2 rows in cms_publication"]


def test_the_command_says_what_differs_and_what_to_do(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(tables / "cms_hcc_hierarchy.csv", lambda rows: rows[:-1])
    with pytest.raises(TableError, match=r"cms_hcc_hierarchy, model year 2026(?s:.*)cms-publication --write"):
        cms_publication(tables)
    cms_publication(tables, write=True)
    cms_publication(tables)
    assert capsys.readouterr().out.count("are as published") == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("model_year,rxc,label\n2025,RXC_01\n", "line 2: 2 cells, but the header names 3 columns"),
        ("", "is empty. It needs a header row"),
        ('model_year,rxc,label\n2025,RXC_01,"open\n', "not a UTF-8 CSV file"),
    ],
)
def test_a_table_that_is_no_table_is_named(tables: Path, content: str, message: str) -> None:
    (tables / "cms_rxc.csv").write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=message) as error:
        verify(tables)
    assert "cms_rxc.csv" in str(error.value)


def test_a_folder_without_tables_or_register_is_named(tables: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="Pass the folder that holds the CMS tables"):
        verify(tmp_path / "elsewhere")
    (tables / REGISTER).unlink()
    with pytest.raises(TableError, match="does not exist"):
        refresh(tables)


def test_the_hash_is_the_one_that_the_database_works_out_on_the_typed_table() -> None:
    # A null, both booleans, a negative number below one, trailing zeros, a comma, and a letter outside ASCII.
    rows = [
        ["2025", "HHS_HCC002", "", "true", "-0.500"],
        ["2025", "HHS_HCC001", "Ménière's, both", "false", "12.340"],
    ]
    macro = jinja2.Environment().from_string(
        (ROOT / "macros" / "project" / "cms_table_hash.sql").read_text(encoding="utf-8")
    )
    with duckdb.connect() as database:
        database.execute("create table typed (model_year integer, hcc varchar, label varchar, is_on boolean)")
        database.execute("alter table typed add column coefficient decimal(9, 3)")
        database.executemany("insert into typed values (?, ?, nullif(?, ''), ?, ?)", rows)
        dated = database.execute(macro.module.cms_table_hash("typed", True)).fetchall()
        undated = database.execute(macro.module.cms_table_hash("typed", False)).fetchall()

    by_hand = "2025|HHS_HCC001|Ménière's, both|false|12.340\n2025|HHS_HCC002||true|-0.500"
    expected = hashlib.sha256(by_hand.encode()).hexdigest()
    assert table_hash(rows) == expected
    assert dated == [(2025, 2, expected)]
    assert undated == [(None, 2, expected)]
