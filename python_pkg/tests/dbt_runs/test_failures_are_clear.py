"""What cannot be scored ends with a message for people: what was found, where, what to do. No traceback, no value."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from issuer_files import diagnosis_claim, plan_row, write_issuer
from real_project import FROM_THE_FILES_ON, SCORE, Outcome, RealProject

PLAN = "99801TX001000101"
# Stands in for what identifies a person.
TOKEN = "ZQXWVCANARY"


def one_member(folder: Path, file_format: str = "csv") -> Path:
    return write_issuer(
        folder,
        file_format,
        members=[{"member_id": f"{TOKEN}1", "first_name": TOKEN, "birth_date": "1980-06-15", "gender": "F"}],
        enrollments=[
            {
                "member_id": f"{TOKEN}1",
                "hios_plan_id": PLAN,
                "enrollment_start_date": "2025-01-01",
                "enrollment_end_date": "2025-12-31",
            }
        ],
        plans=[plan_row(PLAN, "silver", 2025)],
        claims=[diagnosis_claim(f"{TOKEN}C1", f"{TOKEN}1", "2025-02-10", "E11.9")],
    )


def assert_clear(outcome: Outcome, *expected: str) -> None:
    assert not outcome
    missing = [text for text in expected if text not in outcome.console]
    assert not missing, outcome.console
    assert "Traceback" not in outcome.console
    assert TOKEN not in outcome.console


def without_one_file(folder: Path) -> None:
    (folder / "raw_enrollments.csv").rename(folder / "enrollments.csv")


def without_a_column(folder: Path) -> None:
    path = folder / "raw_claims.csv"
    pl.read_csv(path, infer_schema=False).drop("claim_start_date", "member_id").write_csv(path)


def with_semicolons(folder: Path) -> None:
    path = folder / "raw_members.csv"
    path.write_text(path.read_text().replace(",", ";"))


def without_a_header(folder: Path) -> None:
    path = folder / "raw_enrollments.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def with_a_binary_csv(folder: Path) -> None:
    (folder / "raw_claims.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe" + TOKEN.encode() + bytes(range(256)) * 20)


def with_a_truncated_parquet(folder: Path) -> None:
    one_member(folder / "whole", "parquet")
    (folder / "raw_claims.csv").unlink()
    (folder / "raw_claims.parquet").write_bytes((folder / "whole" / "raw_claims.parquet").read_bytes()[:-200])


def with_a_damaged_parquet_body(folder: Path) -> None:
    """The footer is whole, so that the columns can be read and the values cannot."""
    one_member(folder / "whole", "parquet")
    (folder / "raw_claims.csv").unlink()
    content = bytearray((folder / "whole" / "raw_claims.parquet").read_bytes())
    content[4:600] = b"\x07" * 596
    (folder / "raw_claims.parquet").write_bytes(bytes(content))


def with_a_false_gzip(folder: Path) -> None:
    (folder / "raw_claims.csv").rename(folder / "raw_claims.csv.gz")


def with_an_empty_file(folder: Path) -> None:
    (folder / "raw_members.csv").write_text("")


DAMAGED: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "no enrollments": (without_one_file, ["No file raw_enrollments.csv", "RA_RAW_PATH", "docs/input_contract.md"]),
    "no column": (without_a_column, ["raw_claims.csv' lacks 2 of", "member_id, claim_start_date"]),
    "semicolons": (with_semicolons, ["raw_members.csv' lacks", "separated by commas?"]),
    "no header": (without_a_header, ["raw_enrollments.csv' lacks", "have a header line?"]),
    "binary": (with_a_binary_csv, ["raw_claims.csv' cannot be read", "Replace it"]),
    "truncated Parquet": (with_a_truncated_parquet, ["raw_claims.parquet' cannot be read", "Replace it"]),
    "damaged Parquet": (with_a_damaged_parquet_body, ["Failure in model stg_issuer__claims_typed"]),
    "false gzip": (with_a_false_gzip, ["raw_claims.csv.gz' cannot be read"]),
    "empty file": (with_an_empty_file, ["raw_members.csv' is empty", "docs/input_contract.md"]),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_files_that_cannot_be_read_stop_with_directions(project: RealProject, tmp_path: Path, case: str) -> None:
    damage, expected = DAMAGED[case]
    raw = one_member(tmp_path / "issuer")
    damage(raw)
    # A later delivery may leave a file out; the first may not.
    project.database.unlink()
    assert_clear(project.dbt("run --select path:models/staging", raw=raw), *expected)


def test_a_folder_that_is_not_there_stops_before_anything_is_written(project: RealProject, tmp_path: Path) -> None:
    before = project.last_run()
    assert_clear(project.dbt(FROM_THE_FILES_ON, raw=tmp_path / "nowhere"), "nowhere' does not exist", "RA_RAW_PATH")
    assert project.last_run() == before


def test_a_run_whose_files_cannot_be_used_is_failed_and_leaves_nothing(project: RealProject, tmp_path: Path) -> None:
    completed = project.last_run()["run_id"]
    before = project.rows_by_table(completed)
    raw = one_member(tmp_path / "issuer")
    without_a_column(raw)
    assert_clear(project.dbt(FROM_THE_FILES_ON, raw=raw), "raw_claims.csv' lacks 2 of")
    run = project.last_run()
    assert run["status"] == "failed"
    assert "raw_claims: error" in run["error_summary"]
    assert set(project.rows_by_table(run["run_id"]).values()) == {0}
    assert project.rows_by_table(completed) == before


MALFORMED_LINES = {
    # Line of the file, and why it cannot be split into columns.
    "too many cells": (3, f"{TOKEN}2,{TOKEN}2,,,1990-01-01,M,TX,75010,1,one more,another\n".encode()),
    "too few cells": (4, f"{TOKEN}2,1990\n".encode()),
    "no UTF-8": (5, f"{TOKEN}2,,".encode() + b"\xff\xfe\xfa,,1990-01-01,M,,,\n"),
    "open quote": (6, f'"{TOKEN}2,,,,1990-01-01,M,,,\n'.encode()),
}


def test_malformed_lines_are_rejected_and_the_rest_is_scored(project: RealProject, tmp_path: Path) -> None:
    raw = one_member(tmp_path / "issuer")
    with (raw / "raw_members.csv").open("ab") as file:
        for _, line in MALFORMED_LINES.values():
            file.write(line)
    outcome = project.dbt(FROM_THE_FILES_ON, raw=raw)
    assert outcome
    assert project.scores()["member_id"].to_list() == [f"{TOKEN}1"]
    rejects = project.query("""
        select source_table, source_row_number, starts_with(reason, 'malformed_line_')
        from main_staging.stg_issuer__rejects
        where is_in_force
        order by all
    """)
    assert rejects == [("raw_members", number, True) for number, _ in MALFORMED_LINES.values()]
    assert TOKEN not in outcome.console


def test_a_folder_of_members_files_without_members_says_what_to_run(project: RealProject, tmp_path: Path) -> None:
    raw = write_issuer(tmp_path / "issuer")
    assert_clear(
        project.dbt(FROM_THE_FILES_ON, raw=raw),
        "int_aca_risk_input is empty: no member can be scored for benefit_year 2025",
        "Years of coverage found: none",
        "dbt build --select +tag:scoring",
    )


def test_a_year_without_coverage_says_which_years_have_some(project: RealProject) -> None:
    outcome = project.dbt(SCORE, {"benefit_year": 2019, "diy_model_year": 2021})
    assert_clear(outcome, "no member can be scored for benefit_year 2019", "Years of coverage found: 20", "run: dbt")
    assert project.last_run()["status"] == "failed"


@pytest.mark.parametrize("year", [2019, 2031])
def test_a_missing_model_year_lists_those_that_exist(project: RealProject, year: int) -> None:
    before = project.last_run()
    assert_clear(
        project.dbt(SCORE, {"diy_model_year": year}),
        f"No CMS tables for diy_model_year {year}; loaded: 2021, 2022, 2023, 2024, 2025, 2026.",
        "seeds/cms/README.md",
    )
    assert project.last_run() == before


def test_scoring_before_anything_is_staged_says_what_to_run(project: RealProject) -> None:
    project.database.unlink()
    assert_clear(project.dbt(SCORE), "not loaded yet", "dbt build --select +tag:scoring")


def test_a_misspelt_var_is_refused(project: RealProject) -> None:
    assert_clear(project.dbt(SCORE, {"benefit_yaer": 2024}), "no var 'benefit_yaer'", "benefit_year")
