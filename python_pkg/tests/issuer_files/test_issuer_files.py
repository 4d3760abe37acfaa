"""Issuer's files are read as they are or refused in words that a person can act on; values of members show nowhere."""

import gzip
from pathlib import Path

import duckdb
import pytest
from staging_project import StagingProject

CANARY = "ZYXCANARY"
TYPED = "raw_members stg_issuer__members_typed"


def staged(project: StagingProject, columns: str) -> list[tuple[object, ...]]:
    return project.rows(f"select {columns} from main_staging.stg_issuer__members_typed order by all")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("raw_members_old.txt", "", "No file raw_members.csv"),
        ("raw_members.csv", "", "is empty: not even a header line"),
        ("raw_members.csv", f"member_id;birth_date;gender\n{CANARY};1980-01-01;F\n", "separated by commas?"),
        ("raw_members.csv", f"{CANARY},1980-01-01,F\n", "does the file have a header line?"),
        ("raw_members.csv", f"member_id,birth_date\n{CANARY},1980-01-01\n", "lacks 1 of 3 required columns: gender"),
        ("raw_members.csv", f"member_id,gender,gender\n{CANARY},F,F\n", "names a column twice"),
        ("raw_members.parquet", CANARY, "cannot be read"),
        ("raw_members.csv.gz", CANARY, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    project: StagingProject, name: str, content: str, expected: str
) -> None:
    project.write(name, content)
    said = project.run(TYPED)
    assert expected in said
    assert str(project.raw_folder) in said
    assert CANARY not in said
    assert "Traceback" not in said


def test_a_missing_folder_is_named_with_the_variable_that_names_it(project: StagingProject) -> None:
    said = project.run(TYPED)
    assert str(project.raw_folder) in said
    assert "RA_RAW_PATH" in said


def test_files_of_one_name_are_read_together_each_by_its_own_header(project: StagingProject) -> None:
    project.write("raw_members.csv", 'member_id,birth_date,gender,last_name\r\nA,1980-01-01,F,"O""Neil, ""Z"""\r\n')
    project.write("raw_members_2.csv", '\ufeffgender , "Birth_Date",MEMBER_ID,unknown_column\nM,19800102,B,x\n')
    (project.raw_folder / "raw_members_3.csv.gz").write_bytes(
        gzip.compress(b"member_id,birth_date,gender\nC,1980-01-03,F\n")
    )
    parquet = str(project.raw_folder / "raw_members_4.parquet").replace("'", "''")
    duckdb.execute(f"copy (select 'D' member_id, date '1980-01-04' birth_date, 'M' gender, 1 zip_code) to '{parquet}'")
    project.write("raw_members_total.txt", "not of this name")
    said = project.run(TYPED)
    assert "Completed successfully" in said
    assert staged(project, "member_id, cast(birth_date as varchar), gender, source_file, source_row_number") == [
        ("A", "1980-01-01", "F", "raw_members.csv", None),
        ("B", "1980-01-02", "M", "raw_members_2.csv", None),
        ("C", "1980-01-03", "F", "raw_members_3.csv.gz", None),
        ("D", "1980-01-04", "M", "raw_members_4.parquet", 1),
    ]
    assert staged(project, "last_name")[0] == ('O"Neil, "Z"',)


def test_a_malformed_line_is_a_reject_with_its_line_and_without_its_text(project: StagingProject) -> None:
    lines = [
        "member_id,birth_date,gender",
        "A,1980-01-01,F",
        f"{CANARY},1980-01-01,F,too,many",
        f"{CANARY},1980-01-01",
        f'{CANARY},"1980"-01-01,F',
        "B,1980-01-01,M",
    ]
    project.write("raw_members.csv", "\n".join(lines) + "\n")
    said = project.run(TYPED)
    assert CANARY not in said
    assert staged(project, "source_row_number, reject_reason, member_id") == [
        (3, "malformed_line_too_many_columns", None),
        (4, "malformed_line_missing_columns", None),
        (5, "malformed_line_unquoted_value", None),
        (None, None, "A"),
        (None, None, "B"),
    ]


def test_malformed_lines_of_an_earlier_run_do_not_come_back(project: StagingProject) -> None:
    project.write("raw_members.csv", "member_id,birth_date,gender\nA,1980-01-01,F\nB\n")
    project.run(TYPED)
    project.write("raw_members.csv", "member_id,birth_date,gender\nA,1980-01-01,F\nB,1980-01-01,F\n")
    project.run(TYPED)
    assert staged(project, "member_id, reject_reason") == [("A", None), ("B", None)]


def test_the_header_of_a_large_file_is_its_first_line(project: StagingProject, monkeypatch: pytest.MonkeyPatch) -> None:
    # Large enough for several threads, of which any could be the first to deliver a line.
    monkeypatch.setenv("STAGING_THREADS", "4")
    project.start_anew()
    project.write("raw_members.csv", "member_id,birth_date,gender\n" + "A0000001,1980-01-01,F\n" * 2_500_000)
    for _ in range(5):
        assert "Completed successfully" in project.run("raw_members")
        # The header is read when a delivery is registered: forget it, so that it is read again.
        project.rows("delete from main_raw.load_files")
        project.rows("delete from main_raw.load_batches")


def test_models_behind_staging_say_what_to_run_when_nothing_is_staged(tmp_path: Path, project: StagingProject) -> None:
    (project.folder / "staging.duckdb").unlink(missing_ok=True)
    assert "dbt build --select +tag:scoring" in project.run("int_coverage_spans")


VIEWS = {"claims_view": "main.given", "enrollments_view": "main.given", "members_view": "main.given"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"claims_view": "main.given"}, "Set all three"),
        (VIEWS | {"enrollments_view": "main.given; drop table x"}, "no relation name"),
        (VIEWS | {"enrollments_view": "main.absent"}, "there is no such table or view"),
        (VIEWS, "enrollment_start_date is CHARACTER VARYING(256) and must be date; enrollment_end_date is missing"),
        ({"benefit_year": "next"}, "no calendar year"),
        ({"benefit_year": 1899}, "no calendar year"),
        ({"prediction_year": 2024, "member_age_basis_year": 2025}, "both name the benefit year and differ"),
    ],
)
def test_vars_that_cannot_be_used_are_refused_with_what_to_do(
    project: StagingProject, variables: dict[str, object], expected: str
) -> None:
    project.rows(
        "create or replace view main.given as "
        f"select '{CANARY}' as member_id, '12345VA001000104' as hios_plan_id, '01/02/2025' as enrollment_start_date"
    )
    said = project.run("int_coverage_spans", parsed_before="year" not in expected, **variables)
    assert expected in said
    assert CANARY not in said


def test_given_relations_are_read_instead_of_the_staged_files_and_an_alias_of_the_year_wins(
    project: StagingProject,
) -> None:
    project.rows(
        "create or replace view main.given as select 'A' as member_id, '12345-VA-001-0001-04' as hios_plan_id, "
        "date '2023-12-01' as enrollment_start_date, date '2024-02-29' as enrollment_end_date"
    )
    assert "Completed successfully" in project.run("int_coverage_spans", **VIEWS, prediction_year="2024")
    assert project.rows("select hios_plan_id, covered_days from main_intermediate.int_coverage_spans") == [
        ("12345VA001000104", 60)
    ]
