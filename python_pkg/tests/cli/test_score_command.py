"""`hhs-hcc score`: files in, files out, and failures that say what to do and never show a member."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from reference_cases import Expected, differing, expected, path

from hhs_hcc import cli
from hhs_hcc.output import SCORE_COLUMNS

CANARY = "Zanzibar-Quux"
YEAR = 2025
MEMBERS = "member_id,date_of_birth,sex,metal_level,csr_indicator,enrollment_start,enrollment_end\n"
ONE_MEMBER = f"{CANARY},1985-01-02,F,silver,1,2025-01-01,2025-12-31\n"
DIAGNOSES = "member_id,service_date,icd10\n"
ONE_DIAGNOSIS = f"{CANARY},2025-03-01,A3681\n"


class Outcome(NamedTuple):
    """What a caller of the program sees."""

    exit_code: int
    stdout: str
    stderr: str


def run(*arguments: str | Path) -> Outcome:
    """The console script's entry point, in this process."""
    stdout, stderr = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setattr(sys, "argv", ["hhs-hcc", "score", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.run()
    code = stopped.value.code
    return Outcome(code if isinstance(code, int) else 1, stdout.getvalue(), stderr.getvalue())


def in_a_process_of_its_own(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The console script, as it is installed."""
    return subprocess.run(
        [sys.executable, "-c", "from hhs_hcc.cli import run; run()", "score", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def reference_files(year: int = YEAR) -> list[str | Path]:
    options: list[str | Path] = ["--model-year", str(year)]
    for name in ("members", "diagnoses", "ndc", "hcpcs"):
        options += [f"--{name}", path(year, name)]
    return options


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str | Path]]:
    """Writes a members and a diagnoses file and gives the options that name them."""

    def write(members: str = MEMBERS + ONE_MEMBER, diagnoses: str = DIAGNOSES + ONE_DIAGNOSIS) -> list[str | Path]:
        (tmp_path / "m.csv").write_text(members)
        (tmp_path / "d.csv").write_text(diagnoses)
        return ["--model-year", str(YEAR), "--members", tmp_path / "m.csv", "--diagnoses", tmp_path / "d.csv"]

    return write


def read_text(file: Path) -> pl.DataFrame:
    """A CSV file as it is written: all text, nothing is null."""
    return pl.read_csv(file, infer_schema=False).with_columns(pl.all().fill_null(""))


def lines_as_answers(lines: pl.DataFrame) -> dict[str, Expected]:
    """Lines of a file as the reference cases state them."""

    def number(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Decimal(14, 5))

    typed = lines.with_columns(number(name) for name in ("raw_risk_score", "csr_factor", "reported_risk_score"))
    return {
        row["member_id"]: Expected(
            model=row["model"],
            age_last=int(row["age_last"]),
            enrollment_duration=int(row["enrollment_duration"]),
            hccs=frozenset(row["hccs"].split()),
            rxcs=frozenset(row["rxcs"].split()),
            variables=frozenset(row["variables"].split()),
            raw_risk_score=row["raw_risk_score"],
            csr_factor=row["csr_factor"],
            reported_risk_score=row["reported_risk_score"],
        )
        for row in typed.rows(named=True)
    }


# --- What it writes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["diy_tables", "cms_software"])
def test_the_reference_cases_come_out_exact(tmp_path: Path, edition: str) -> None:
    output = tmp_path / "scores.csv"
    result = run(*reference_files(), "--edition", edition, "--output", output)
    assert result.exit_code == 0
    lines = read_text(output)
    assert tuple(lines.columns) == SCORE_COLUMNS
    assert differing(lines_as_answers(lines), expected(YEAR, edition)) == {}


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    for ending in ("csv", "parquet"):
        result = run(*reference_files(), "--output", tmp_path / f"s.{ending}", "--components", tmp_path / f"c.{ending}")
        assert result.exit_code == 0
    for name in ("s", "c"):
        of_csv = read_text(tmp_path / f"{name}.csv")
        of_parquet = pl.read_parquet(tmp_path / f"{name}.parquet").with_columns(pl.all().cast(pl.String).fill_null(""))
        assert of_csv.equals(of_parquet)


def test_components_add_up_to_the_scores(tmp_path: Path) -> None:
    run(*reference_files(), "--output", tmp_path / "s.parquet", "--components", tmp_path / "c.parquet")
    sums = pl.read_parquet(tmp_path / "c.parquet").group_by("member_id").agg(pl.col("contribution").sum())
    both = pl.read_parquet(tmp_path / "s.parquet").join(sums, on="member_id", validate="1:1")
    assert both.height == 200
    assert both.filter(pl.col("contribution") != pl.col("risk_score")).is_empty()


def test_parquet_files_in_give_the_same_as_csv_files_whatever_their_dates_are(tmp_path: Path) -> None:
    """Parquet from other tools has real dates, or midnights."""
    run(*reference_files(), "--output", tmp_path / "of_csv.csv")
    for kind in (pl.String, pl.Date, pl.Datetime):
        options: list[str | Path] = ["--model-year", str(YEAR)]
        for name in ("members", "diagnoses", "ndc", "hcpcs"):
            frame = pl.read_csv(path(YEAR, name), infer_schema=False)
            dates = [column for column in frame.columns if "date" in column or column.startswith("enrollment_")]
            if kind is not pl.String:
                frame = frame.with_columns(pl.col(dates).str.to_date().cast(kind))
            frame.write_parquet(tmp_path / f"{name}.parquet")
            options += [f"--{name}", tmp_path / f"{name}.parquet"]
        assert run(*options, "--output", tmp_path / "of_parquet.csv").exit_code == 0
        assert (tmp_path / "of_parquet.csv").read_bytes() == (tmp_path / "of_csv.csv").read_bytes()


def test_a_byte_order_mark_and_windows_line_ends_are_understood(tmp_path: Path, files: Callable[..., list]) -> None:
    options = files()
    for name in ("m.csv", "d.csv"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert run(*options, "--output", tmp_path / "s.csv").exit_code == 0
    assert "HHS_HCC130" in (tmp_path / "s.csv").read_text()


def test_the_choices_of_scoring_can_be_given(tmp_path: Path, files: Callable[..., list]) -> None:
    def hccs(*options: str | Path, day: str = "2026-11-01", code: str = "A3681", sex: str = "F") -> str:
        members = MEMBERS + f"A,1985-01-02,{sex},silver,1,{day[:4]}-01-01,{day[:4]}-12-31\n"
        given = files(members, DIAGNOSES + f"A,{day},{code}\n")[2:]
        result = run(*given, *options, "--output", tmp_path / "s.csv")
        assert result.exit_code == 0, result.stderr
        return read_text(tmp_path / "s.csv")["hccs"].item()

    assert hccs("--model-year", "2026") == "HHS_HCC130"
    assert hccs("--model-year", "2026", "--unknown-validity", "strict") == ""
    assert hccs("--model-year", "2024", code="N493", day="2024-03-01") == ""
    assert hccs("--model-year", "2024", "--no-mce-edits", code="N493", day="2024-03-01") == "HHS_HCC054"
    assert hccs("--model-year", "2025", "--benefit-year", "2024", day="2024-03-01") == "HHS_HCC130"


def test_who_cannot_be_scored_is_written_with_the_reason_and_counted(
    tmp_path: Path, files: Callable[..., list]
) -> None:
    rejected = "B,,F,silver,1,2025-01-01,2025-12-31\nC,1985-01-02,U,silver,1,2025-01-01,2025-12-31\n"
    rejected += "D,1985-01-02,X,gold,1,2025-01-01,2025-12-31\n"
    result = run(*files(MEMBERS + ONE_MEMBER + rejected), "--output", tmp_path / "s.csv")
    assert result.exit_code == 0
    assert pl.read_csv(tmp_path / "scores_rejected.csv").sort("member_id").rows() == [
        ("B", "missing_birth_date"),
        ("C", "unknown_gender"),
        ("D", "unknown_gender"),
    ]
    said = " ".join(result.stderr.split())
    assert "3 members rejected: unknown_gender 2, missing_birth_date 1" in said
    assert "1 members scored" in said
    assert pl.read_csv(tmp_path / "s.csv").height == 1


def test_the_rejected_can_be_written_elsewhere(tmp_path: Path, files: Callable[..., list]) -> None:
    members = MEMBERS + ONE_MEMBER + "B,,F,silver,1,2025-01-01,2025-12-31\n"
    run(*files(members), "--output", tmp_path / "s.csv", "--rejected", tmp_path / "r.parquet")
    assert pl.read_parquet(tmp_path / "r.parquet").rows() == [("B", "missing_birth_date")]
    assert not (tmp_path / "scores_rejected.csv").exists()


def test_what_was_not_counted_is_said_in_numbers(tmp_path: Path, files: Callable[..., list]) -> None:
    diagnoses = DIAGNOSES + f"{CANARY},2024-03-01,A3681\n{CANARY},,A3681\nNobody,2025-03-01,A3681\n"
    result = run(*files(diagnoses=diagnoses), "--output", tmp_path / "s.csv")
    said = " ".join(result.stderr.split())
    for reason in ("outside benefit year", "date missing", "member unknown"):
        assert f"not counted: 1 x diagnosis with a risk-adjusting code, {reason}" in said
    assert CANARY not in said


def test_programs_get_the_outcome_as_json_and_nothing_else(tmp_path: Path) -> None:
    output, components = tmp_path / "s.csv", tmp_path / "c.csv"
    result = run(*reference_files(), "--output", output, "--components", components, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    scores = pl.read_csv(output)
    of_models = {one["model"]: (one["member_count"], one["mean_risk_score"]) for one in found["models"]}
    assert set(of_models) == {"adult", "child", "infant", "all"}
    assert of_models["all"] == (scores.height, pytest.approx(scores["risk_score"].mean()))
    assert found["scored_count"] == scores.height
    assert found["files"] == {
        "scores": str(output),
        "components": str(components),
        "rejected": str(tmp_path / "scores_rejected.csv"),
    }
    reasons = {(one["record_kind"], one["reason"]) for one in found["not_counted"]}
    assert ("diagnosis", "outside_benefit_year") in reasons


def test_a_mean_of_few_members_is_nobodys_business(tmp_path: Path, files: Callable[..., list]) -> None:
    people = run(*files(), "--output", tmp_path / "s.csv")
    programs = json.loads(run(*files(), "--output", tmp_path / "s.csv", "--json").stdout)
    score = f"{pl.read_csv(tmp_path / 's.csv')['risk_score'].item():.3f}"
    assert score not in people.stderr
    assert "< 11" in people.stderr
    assert {(one["member_count"], one["mean_risk_score"]) for one in programs["models"]} == {(None, None)}


def test_what_to_do_next_depends_on_what_was_written(tmp_path: Path) -> None:
    output, components = tmp_path / "s.csv", tmp_path / "c.csv"
    assert "Next: the same with --components" in run(*reference_files(), "--output", output).stderr
    said = run(*reference_files(), "--output", output, "--components", components).stderr
    assert "Next: add up contribution by member_id" in said


# --- The files of the CMS software ------------------------------------------------------------------------------------

SPELLINGS = {
    "as the software": {
        "PERSON.csv": "ENROLID,SEX,DOB,AGE_LAST,METAL,CSR_INDICATOR,ENROLDURATION",
        "DIAG.csv": "ENROLID,DIAG,DIAGNOSIS_SERVICE_DATE,AGE_AT_DIAGNOSIS",
        "NDC.csv": "ENROLID,NDC",
        "HCPCS.csv": "ENROLID,HCPCS",
    },
    "as its users": {
        "person.csv": "id,sex,date_of_birth,age_last,metal_level,csr,enrollment_duration",
        "Diagnoses.csv": "id,icd10,diag_service_date,age_at_diag",
        "ndc.csv": "id,ndc",
        "hcpcs.csv": "id,hcpcs",
    },
}
ROWS = {
    "person": ["A,2,19850102,40,Silver,3,3", "B,M,20130102,12,gold,1,12", "C,1,20250601,0,bronze,1,6"],
    "diag": ["A,A36.81,20250301,40", "B,e1052,2025-03-01,12", "C,P080,20250601,0"],
    "ndc": ["A,00002-0213-01", "B,00002021301"],
    "hcpcs": ["A,J0129"],
}


def cms_folder(folder: Path, spelling: str, **changed: list[str]) -> Path:
    for (name, header), rows in zip(SPELLINGS[spelling].items(), (ROWS | changed).values(), strict=True):
        (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return folder


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_files_of_the_cms_software_are_read_as_they_are(tmp_path: Path, spelling: str) -> None:
    folder = cms_folder(tmp_path, spelling)
    result = run("--model-year", str(YEAR), "--cms-input", folder, "--output", tmp_path / "s.parquet")
    assert result.exit_code == 0, result.stderr
    lines = pl.read_parquet(tmp_path / "s.parquet").sort("member_id")
    # A: FAGE_LAST_40_44 0.284, HHS_HCC130 1.773, HCC_ED3 2.549, RXC_06 1.018, RXC_09 11.478; CSR 1.12.
    # B: a boy of 12 at gold. C: a newborn at term, bronze.
    assert lines["enrollment_duration"].to_list() == [3, 12, 6]
    assert lines["hccs"].to_list() == ["HHS_HCC130", "HHS_HCC020 HHS_HCC153", "HHS_HCC249"]
    assert lines["rxcs"].to_list() == ["RXC_06 RXC_09", "", ""]
    assert str(lines["raw_risk_score"][0]) == "17.10200"
    assert str(lines["csr_factor"][0]) == "1.12"
    assert lines["variables"][2] == "AGE0_MALE TERM_X_SEVERITY1"


def test_age_and_duration_are_taken_as_given_not_worked_out(tmp_path: Path) -> None:
    folder = cms_folder(tmp_path, "as the software", person=["A,2,20100102,40,silver,1,12"])
    run("--model-year", str(YEAR), "--cms-input", folder, "--output", tmp_path / "s.parquet")
    assert pl.read_parquet(tmp_path / "s.parquet")["age_last"].to_list() == [40]


def test_the_optional_files_may_be_left_out(tmp_path: Path) -> None:
    folder = cms_folder(tmp_path, "as the software")
    (folder / "NDC.csv").unlink()
    (folder / "HCPCS.csv").unlink()
    assert run("--model-year", str(YEAR), "--cms-input", folder, "--output", tmp_path / "s.csv").exit_code == 0


def test_people_whom_the_software_could_not_score_are_rejected(tmp_path: Path) -> None:
    person = [
        *ROWS["person"],
        "D,3,19850102,40,silver,1,12",
        "E,2,19850102,,silver,1,12",
        "F,2,19850102,40,silver,1,13",
        "G,2,19850102,40,silver,99,12",
        "H,2,19850102,40,silver,1,12",
        "H,2,19850102,40,silver,1,12",
    ]
    folder = cms_folder(tmp_path, "as the software", person=person)
    result = run("--model-year", str(YEAR), "--cms-input", folder, "--output", tmp_path / "s.csv")
    assert result.exit_code == 0
    assert pl.read_csv(tmp_path / "scores_rejected.csv").sort("member_id").rows() == [
        ("D", "unknown_gender"),
        ("E", "invalid_age_last"),
        ("F", "invalid_enrollment_duration"),
        ("G", "unknown_csr_indicator"),
        ("H", "duplicate_member"),
    ]
    assert pl.read_csv(tmp_path / "s.csv")["member_id"].to_list() == ["A", "B", "C"]


# --- Failures ---------------------------------------------------------------------------------------------------------


def fails(outcome: Outcome) -> str:
    """The message of a failure: exit code 2, one line on stderr, nothing else, and nothing of a member."""
    assert (outcome.exit_code, outcome.stdout) == (2, ""), outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
    assert outcome.stderr.startswith("error: ")
    assert CANARY not in outcome.stderr
    return outcome.stderr.removeprefix("error: ").rstrip("\n")


def test_a_missing_model_year_lists_the_years(tmp_path: Path, files: Callable[..., list]) -> None:
    message = fails(run(*files(), "--model-year", "2031", "--output", tmp_path / "s.csv"))
    assert message.startswith("No CMS tables for model_year 2031; loaded: 2021, 2022, 2023, 2024, 2025, 2026.")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (MEMBERS + ONE_MEMBER.replace("silver", "tin"), "1 row(s) have a metal level that is not one of platinum"),
        (MEMBERS + ONE_MEMBER.replace("silver", ""), "(empty). Correct these rows."),
        (MEMBERS + ONE_MEMBER.replace(",1,", ",77,"), "1 enrollment span(s) have a csr_indicator that model year 2025"),
        (MEMBERS + ONE_MEMBER.replace(",1,", f",{CANARY},"), "1 enrollment span(s) have a csr_indicator"),
        (MEMBERS.replace("date_of_birth", "dob") + ONE_MEMBER, "m.csv lacks the column(s) date_of_birth; found: "),
        (ONE_MEMBER, "its first line is not a header that this program knows"),
        (MEMBERS + ONE_MEMBER.replace("\n", ",one,two\n"), "m.csv cannot be read to its end"),
        (MEMBERS, "m.csv holds no members: there is nobody to score"),
        ("", "m.csv cannot be read as CSV with a header row"),
        (MEMBERS + ONE_MEMBER.replace(",F,", ",U,"), "None of 1 members can be scored: unknown_gender 1."),
        (MEMBERS + ONE_MEMBER.replace("1985-01-02", "Jan 2 85"), "members can be scored: missing_birth_date 1"),
        (MEMBERS + ONE_MEMBER.replace("2025-", "2019-"), "members can be scored: no_coverage_in_benefit_year 1"),
    ],
)
def test_a_bad_members_file(tmp_path: Path, files: Callable[..., list], members: str, message: str) -> None:
    assert message in fails(run(*files(members), "--output", tmp_path / "s.csv"))
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("diagnoses", "message"),
    [
        (DIAGNOSES.replace("icd10", "code") + ONE_DIAGNOSIS, "d.csv lacks the column(s) icd10; found: member_id"),
        (ONE_DIAGNOSIS, "its first line is not a header that this program knows"),
        ("", "d.csv cannot be read as CSV with a header row"),
        (DIAGNOSES + ONE_DIAGNOSIS.replace("\n", ",one,two\n"), "d.csv) cannot be read to their end: a row has more"),
        (DIAGNOSES + f'"{CANARY},2025-03-01,A3681\n', "cannot be read to their end"),
    ],
)
def test_a_bad_diagnoses_file(tmp_path: Path, files: Callable[..., list], diagnoses: str, message: str) -> None:
    assert message in fails(run(*files(diagnoses=diagnoses), "--output", tmp_path / "s.csv"))
    assert not (tmp_path / "s.csv").exists()


def test_a_diagnoses_file_that_is_not_utf8(tmp_path: Path, files: Callable[..., list]) -> None:
    options = files()
    (tmp_path / "d.csv").write_bytes(f"{DIAGNOSES}{CANARY},2025-03-01,".encode() + b"\xff\xfe\n")
    assert "the text is not UTF-8" in fails(run(*options, "--output", tmp_path / "s.csv"))


def test_a_diagnoses_file_without_rows_is_no_failure(tmp_path: Path, files: Callable[..., list]) -> None:
    assert run(*files(diagnoses=DIAGNOSES), "--output", tmp_path / "s.csv").exit_code == 0
    assert "FAGE_LAST_40_44" in (tmp_path / "s.csv").read_text()


@pytest.mark.parametrize("name", ["m.xlsx", "nowhere.csv", "broken.parquet"])
def test_a_file_that_is_no_file_of_ours(tmp_path: Path, files: Callable[..., list], name: str) -> None:
    options = files()
    if name != "nowhere.csv":
        (tmp_path / name).write_bytes(CANARY.encode() * 10)
    message = {
        "m.xlsx": "neither .csv nor .parquet",
        "nowhere.csv": "does not exist",
        "broken.parquet": "cannot be read as Parquet",
    }[name]
    for option in ("--members", "--diagnoses", "--ndc", "--hcpcs"):
        said = fails(run(*options, option, tmp_path / name, "--output", tmp_path / "s.csv"))
        assert message in said
        assert name in said


def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, files: Callable[..., list]
) -> None:
    options = files()
    (tmp_path / "folder.csv").mkdir()
    for name, message in {
        "nowhere/s.csv": "does not exist: create it",
        "s.txt": "neither .csv nor .parquet",
        "folder.csv": "is a folder",
    }.items():
        assert message in fails(run(*options, "--output", tmp_path / name))
        assert message in fails(run(*options, "--output", tmp_path / "s.csv", "--components", tmp_path / name))
    assert not (tmp_path / "s.csv").exists()


def test_too_few_or_too_many_inputs(tmp_path: Path, files: Callable[..., list]) -> None:
    output = ("--model-year", str(YEAR), "--output", tmp_path / "s.csv")
    assert "give --members and --diagnoses, or --cms-input" in fails(run(*output))
    assert "Nothing to score" in fails(run(*output, "--members", files()[3]))
    both = fails(run(*files(), "--cms-input", tmp_path, "--output", tmp_path / "s.csv"))
    assert both == "Give either --cms-input or --members and --diagnoses, not both."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "PERSON.csv").unlink(), "holds no PERSON file (.csv or .parquet) with the members"),
        (lambda folder: (folder / "DIAG.csv").unlink(), "holds no DIAG or DIAGNOSES file"),
        (lambda folder: (folder / "person.csv").write_text("x"), "holds PERSON.csv and person.csv: leave one of them"),
        (
            lambda folder: (folder / "PERSON.csv").write_text(f"ENROLID,SEX,METAL\n{CANARY},1,silver\n"),
            "PERSON.csv has no column AGE_LAST; found: ENROLID, SEX, METAL",
        ),
        (
            lambda folder: (folder / "PERSON.csv").write_text(f"{CANARY},1,silver\n{CANARY},1,silver\n"),
            "its first line is not a header that this program knows",
        ),
        (
            lambda folder: cms_folder(folder, "as the software", person=[f"{CANARY},2,19850102,40,tin,1,12"]),
            "PERSON.csv: 1 row(s) have a metal level that is not one of",
        ),
        (
            lambda folder: cms_folder(folder, "as the software", diag=[f"{CANARY},A3681,20250301,40,more,more"]),
            "cannot be read to their end",
        ),
    ],
)
def test_a_bad_folder_of_cms_files(tmp_path: Path, change: Callable[[Path], object], message: str) -> None:
    folder = cms_folder(tmp_path, "as the software")
    change(folder)
    assert message in fails(run("--model-year", str(YEAR), "--cms-input", folder, "--output", tmp_path / "s.csv"))


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    message = fails(run("--model-year", "2025", "--cms-input", tmp_path / "no", "--output", tmp_path / "s.csv"))
    assert message.endswith("no does not exist. Give the folder that holds PERSON.csv.")


def test_other_tables_can_be_named_and_must_be_there(tmp_path: Path, files: Callable[..., list]) -> None:
    message = fails(run(*files(), "--tables", tmp_path, "--output", tmp_path / "s.csv"))
    assert "cms_hcc.csv was not found" in message


@pytest.mark.parametrize(
    "wrong", [["--edition", "tables"], ["--model-year", "next"], ["--unknown-validity", "maybe"], ["--no-such-option"]]
)
def test_a_wrong_option_is_exit_code_2(tmp_path: Path, files: Callable[..., list], wrong: list[str]) -> None:
    result = run(*files(), *wrong, "--output", tmp_path / "s.csv")
    assert result.exit_code == 2
    assert "Usage: hhs-hcc score" in result.stderr
    assert CANARY not in result.stderr + result.stdout


# --- As a program -----------------------------------------------------------------------------------------------------


def test_the_console_script_scores(tmp_path: Path) -> None:
    done = in_a_process_of_its_own(*reference_files(2022), "--output", tmp_path / "s.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert "200 members scored" in done.stderr
    lines = read_text(tmp_path / "s.csv")
    assert differing(lines_as_answers(lines), expected(2022, "diy_tables")) == {}


def test_the_console_script_fails_with_code_2_and_one_line(tmp_path: Path, files: Callable[..., list]) -> None:
    """Without a traceback, and without the row at which reading stopped."""
    diagnoses = DIAGNOSES + ONE_DIAGNOSIS.replace("\n", ",one,two\n")
    done = in_a_process_of_its_own(*files(diagnoses=diagnoses), "--output", tmp_path / "s.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: The diagnoses, drugs or services")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stderr
