"""`hhs-hcc crosscheck`: agreement and causes on a stand-in package, and refusals that never show a person."""

import json
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from crosscheck.stand_in_package import YEAR, package, tables_of_the_year
from invented import MODEL_YEARS, tables_of
from oracle.naive import Choices, NaiveYear, Person, plain_code, plain_ndc
from oracle.people import PeopleOf

from hhs_hcc import cli
from hhs_hcc.crosscheck.code_tables import with_code_lists_of
from hhs_hcc.crosscheck.people import harmless_code
from hhs_hcc.tables import ReferenceTables

CANARY = "Zanzibar-Quux"
PERSON = "ID,SEX,DOB,AGE_LAST,METAL,CSR_INDICATOR,ENROLDURATION\n"
WOMAN = f"{CANARY},2,19850102,40,silver,1,12\n"
DIAGNOSES = "ID,ICD10,DIAGNOSIS_SERVICE_DATE\n"
# Cystic fibrosis (HHS_HCC159): a code without conditions in every year.
CODE = "E840"


@dataclass(frozen=True)
class Outcome:
    """What a caller of the program sees."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def counts(self) -> dict[str, Any]:
        return json.loads(self.stdout)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tables_of_the_year(tmp_path_factory.mktemp("crosscheck") / "tables")


@pytest.fixture(autouse=True)
def _tables_of_the_year_only(monkeypatch: pytest.MonkeyPatch, tables: Path) -> None:
    """Our side reads one year, too: the tables of all years take longer to read than the rest of a test."""
    monkeypatch.setattr("hhs_hcc.crosscheck.command.bundled_directory", lambda: tables)


@pytest.fixture
def check(tmp_path: Path, tables: Path) -> Callable[..., Outcome]:
    """Makes a package with a defect and a folder of people, and runs the command; the log goes to tmp_path/p.log."""

    def check(
        *options: str | Path, person: str = WOMAN, diagnoses: str = "", ndc: str | None = None, **how: Any
    ) -> Outcome:
        people = tmp_path / "people"
        people.mkdir(exist_ok=True)
        (people / "PERSON.csv").write_text(PERSON + person)
        (people / "DIAGNOSES.csv").write_text(DIAGNOSES + diagnoses)
        if ndc is not None:
            (people / "NDC.csv").write_text(ndc)
        folder = tmp_path / "cms package"
        if not folder.exists():
            package(folder, tables, **how)
        return run("--cms-package", folder, "--cms-input", people, "--log", tmp_path / "p.log", *options)

    return check


def run(*arguments: str | Path) -> Outcome:
    stdout, stderr = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setattr(sys, "argv", ["hhs-hcc", "crosscheck", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.run()
    code = stopped.value.code
    return Outcome(code if isinstance(code, int) else 1, stdout.getvalue(), stderr.getvalue())


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# --- Agreement --------------------------------------------------------------------------------------------------------


def written(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def cms_files_of(people: list[Person], year: NaiveYear, folder: Path) -> None:
    """Random people as a user of the software has them: codes with dots, dashes and in lower case."""
    folder.mkdir()
    person, diagnoses, ndcs, hcpcs = [], [], [], []
    for number, one in enumerate(people):
        member = f"{CANARY}-{number}"
        sex = {"M": "1", "F": "2"}[one.sex]
        known = year.score(one, Choices("cms_software"))
        person.append(
            f"{member},{sex},{one.birth_date:%Y%m%d},{known.age_last},{one.metal_level},{one.csr_indicator},"
            f"{known.enrollment_months}"
        )
        icd10s = [(day, plain_code(code)) for day, code in one.diagnoses if day and plain_code(code)]
        diagnoses += [f"{member},{code[:3].lower()}.{code[3:]},{written(day)}" for day, code in icd10s]
        drugs = [(day, plain_ndc(code)) for day, code in one.ndcs]
        ndcs += [f"{member},{code[:5]}-{code[5:9]}-{code[9:]},{written(day)}" for day, code in drugs]
        hcpcs += [f"{member},{code.lower()},{written(day)}" for day, code in one.hcpcs]
    for name, header, lines in (
        ("PERSON", PERSON, person),
        ("DIAGNOSES", DIAGNOSES, diagnoses),
        ("NDC", "ID,NDC,FILL_DATE\n", ndcs),
        ("HCPCS", "ID,HCPCS,SERVICE_DATE\n", hcpcs),
    ):
        (folder / f"{name}.csv").write_text(header + "\n".join(lines) + "\n")


def test_random_people_agree_whatever_the_batches_and_the_users_folder_stays_as_it_is(
    tmp_path: Path, tables: Path
) -> None:
    year = NaiveYear(tables, YEAR)
    drawn = PeopleOf(year, seed=7)
    cms_files_of([drawn.draw() for _ in range(150)], year, tmp_path / "people")
    folder = package(tmp_path / "cms", tables, date_format="%m/%d/%Y")
    before = snapshot(folder)
    result = run("--cms-package", folder, "--cms-input", tmp_path / "people", "--batch-size", "70", "--json")
    assert result.exit_code == 0, result.stderr
    assert result.counts == {
        "model_year": YEAR,
        "edition": "cms_software",
        "people": 150,
        "equal": 150,
        "share_equal": 1.0,
        "differences": {},
        "rejected_by_us": {},
        "without_diagnoses": result.counts["without_diagnoses"],
        "left_out_diagnoses": 0,
        "harmless_code": "Z0000",
        "code_lists_compared": True,
        "mce_edits": True,
        "unexplained": 0,
    }
    assert result.counts["without_diagnoses"] > 5
    assert snapshot(folder) == before


def test_a_person_without_diagnoses_is_given_one_that_leads_to_nothing(check: Callable[..., Outcome]) -> None:
    result = check()
    assert result.exit_code == 0
    assert "equal to 3 decimals  1 (100 %)" in result.stdout
    assert "1 people without diagnoses were given Z0000" in result.stdout


@pytest.mark.parametrize("model_year", MODEL_YEARS)
def test_the_harmless_code_leads_to_nothing_in_any_year(model_year: int) -> None:
    tables = tables_of(model_year)
    assert harmless_code(tables) not in set(tables["dx_to_cc"]["icd10"])


def test_diagnoses_that_cannot_be_read_reach_neither_side(check: Callable[..., Outcome]) -> None:
    result = check("--json", diagnoses=f"{CANARY},{CODE},\n{CANARY},,20250301\n{CANARY},{CODE},soon\n")
    assert result.exit_code == 0
    assert (result.counts["left_out_diagnoses"], result.counts["without_diagnoses"]) == (2, 1)


def test_people_whom_our_reader_refuses_are_counted_and_not_given_to_the_package(
    check: Callable[..., Outcome],
) -> None:
    result = check("--json", person=WOMAN + "B,3,19850102,40,silver,1,12\nC,2,19850102,40,silver,77,12\n")
    assert result.exit_code == 0
    assert result.counts["people"] == 1
    assert result.counts["rejected_by_us"] == {"unknown_csr_indicator": 1, "unknown_gender": 1}


def test_the_date_of_birth_may_be_missing(check: Callable[..., Outcome]) -> None:
    assert check(person=f"{CANARY},2,,40,silver,1,12\n").exit_code == 0


def test_other_spellings_of_the_output_and_longer_numbers_are_read(check: Callable[..., Outcome]) -> None:
    assert check(defect="other_names").exit_code == 0


def test_scores_are_compared_to_three_decimals(check: Callable[..., Outcome]) -> None:
    assert check(defect="six_decimals").exit_code == 0


# --- Causes -----------------------------------------------------------------------------------------------------------

BOY_OF_ZERO = f"{CANARY},1,20250102,0,silver,1,12\n"


def causes(result: Outcome) -> dict[str, int]:
    return result.counts["differences"]


def test_the_other_edition_explains_a_boy_of_age_zero(check: Callable[..., Outcome]) -> None:
    result = check("--edition", "diy_tables", "--json", person=BOY_OF_ZERO)
    assert (result.exit_code, causes(result)) == (0, {"edition": 1})


def test_a_code_that_the_package_does_not_have_is_a_difference_of_code_lists(check: Callable[..., Outcome]) -> None:
    result = check("--json", diagnoses=f"{CANARY},{CODE},20250301\n", lacking=CODE)
    assert (result.exit_code, causes(result)) == (0, {"code_list": 1})


def test_both_causes_together_are_found(check: Callable[..., Outcome]) -> None:
    result = check(
        "--edition", "diy_tables", "--json", person=BOY_OF_ZERO, diagnoses=f"{CANARY},{CODE},20250301\n", lacking=CODE
    )
    assert (result.exit_code, causes(result)) == (0, {"edition_and_code_list": 1})


def test_without_the_packages_own_lists_no_code_is_blamed(check: Callable[..., Outcome]) -> None:
    result = check(diagnoses=f"{CANARY},{CODE},20250301\n", lacking=CODE, with_code_lists=False)
    assert result.exit_code == 1
    assert "unknown" in result.stdout
    assert "code lists could not be read" in result.stdout


def test_a_thousandth_is_rounding(check: Callable[..., Outcome]) -> None:
    result = check("--json", defect="rounds_differently")
    assert (result.exit_code, causes(result)) == (0, {"rounding": 1})


def test_what_nothing_explains_is_unknown_and_the_file_says_who(tmp_path: Path, check: Callable[..., Outcome]) -> None:
    output = tmp_path / "differences.csv"
    result = check("--output", output, person=WOMAN + "B,1,19850102,40,gold,1,12\n", defect="adds_one")
    assert result.exit_code == 1
    assert "unknown                        2" in result.stdout
    assert "PHI" in result.stdout
    assert CANARY not in result.stdout + result.stderr
    rows = pl.read_csv(output, infer_schema=False).rows(named=True)
    assert [(row["member_id"], row["difference"], row["cause"]) for row in rows] == [
        (CANARY, "1.000", "unknown"),
        ("B", "1.000", "unknown"),
    ]
    assert float(rows[0]["cms_score"]) == pytest.approx(float(rows[0]["our_score"]) + 1)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


@pytest.mark.parametrize("defect", ["forgets_a_person", "writes_no_number"])
def test_a_person_without_a_score_is_not_explained(check: Callable[..., Outcome], defect: str) -> None:
    result = check("--json", person=WOMAN + "B,1,19850102,40,gold,1,12\n", defect=defect)
    assert result.exit_code == 1
    assert causes(result) == {"not_scored_by_package": 1}
    assert result.counts["equal"] == 1


# --- Refusals ---------------------------------------------------------------------------------------------------------


def refused(result: Outcome, *words: str) -> None:
    assert result.exit_code == 2
    for word in words:
        assert word in result.stderr
    assert CANARY not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_package_that_fails_is_reported_without_its_words(tmp_path: Path, check: Callable[..., Outcome]) -> None:
    result = check(diagnoses=f"{CANARY},{CODE},20250301\n", defect="names_a_person")
    refused(result, "exit code 1 on batch 1 of 1, with a KeyError", str(tmp_path / "p.log"), "PHI")
    assert CODE not in result.stderr
    assert "19850102" not in result.stderr
    printed = (tmp_path / "p.log").read_text()
    assert CODE in printed
    assert CANARY not in printed
    assert stat.S_IMODE((tmp_path / "p.log").stat().st_mode) == 0o600


def test_a_module_that_is_missing_is_named(check: Callable[..., Outcome]) -> None:
    refused(check(defect="lacks_a_module"), "no module pandas_of_nobody", "--python")


def test_a_package_that_hangs_is_ended(check: Callable[..., Outcome]) -> None:
    refused(check("--timeout", "1", defect="hangs"), "did not end within 1 s on batch 1 of 1", "--batch-size")


@pytest.mark.parametrize(
    ("defect", "words"),
    [
        ("writes_nothing", "It wrote: nothing"),
        ("writes_people_without_a_header", "its first line is not a header"),
        ("writes_bytes", "scores.csv"),
        ("raw_scores_only", "columns: ID, SCORE_ADULT"),
        ("writes_two_files", "T1_scores.csv, HHS_HCC_V0825.141.T1_scores_again.csv"),
        ("invents_a_person", "1 rows of people whom it was not given"),
        ("scores_twice", "different scores for one person"),
    ],
)
def test_an_output_that_cannot_be_read_is_described(check: Callable[..., Outcome], defect: str, words: str) -> None:
    result = check(defect=defect)
    refused(result, words)
    assert "19850102" not in result.stderr


def test_the_year_must_be_that_of_the_package(tmp_path: Path, check: Callable[..., Outcome]) -> None:
    refused(check("--model-year", "2024"), f"scores benefit year {YEAR}, not 2024")
    (tmp_path / "cms package/software/HHS_HCC/config.py").write_text("")
    refused(check(), "--model-year")
    assert check("--model-year", str(YEAR)).exit_code == 0


def test_a_folder_without_the_layout_is_refused(tmp_path: Path, check: Callable[..., Outcome]) -> None:
    refused(run("--cms-package", tmp_path, "--cms-input", tmp_path), "software/HHS_HCC/transform.py")


def test_nobody_to_score_is_refused(check: Callable[..., Outcome]) -> None:
    refused(check(person=f"{CANARY},3,19850102,40,silver,1,12\n"), "1 people rejected")


def test_a_ragged_file_is_refused(check: Callable[..., Outcome]) -> None:
    refused(check(diagnoses=f"{CANARY},{CODE},20250301\n{CANARY},{CODE},20250301,and,more\n"), "cannot be read")


def test_an_interpreter_that_is_not_there_is_named(check: Callable[..., Outcome]) -> None:
    refused(check("--python", "/no/such/python"), "no interpreter /no/such/python")
    refused(check("--command", "/no/such/program"), "/no/such/program", "--command")


def test_the_command_can_be_another(check: Callable[..., Outcome]) -> None:
    assert check("--command", "{python} -S software/HHS_HCC/transform.py").exit_code == 0
    refused(check("--command", "'"), "--command")


def test_the_package_sees_no_settings_and_no_network(
    tmp_path: Path, tables: Path, check: Callable[..., Outcome]
) -> None:
    """Where the system allows it, the process has no way out, not even to this machine."""
    cut_off = subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, check=False)
    if cut_off.returncode:
        pytest.skip("this system does not let users start a process without a network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=server.accept, daemon=True).start()
        result = check(defect="reaches_for_the_network", port=server.getsockname()[1])
    refused(result, "exit code 1 on batch 1 of 1")


# --- The package's code lists -----------------------------------------------------------------------------------------


def test_code_lists_written_as_cms_writes_them_are_read_as_ours(tmp_path: Path, tables: Path) -> None:
    ours = tables_of(YEAR)
    read = with_code_lists_of(package(tmp_path / "cms", tables), ours)
    assert read is not None
    for table in ("dx_to_cc", "ndc_to_rxc", "hcpcs_to_rxc"):
        columns = [name for name in ours[table].columns if name != "is_valid_fy_end_carried"]
        assert read[table].select(columns).sort(columns).equals(ours[table].select(columns).sort(columns)), table


def test_a_code_whose_condition_cannot_be_read_stays_ours(tmp_path: Path, tables: Path) -> None:
    folder = package(tmp_path / "cms", tables)
    file = next((folder / "software/HHS_HCC/data/input/internal").glob("ICD10*"))
    text = file.read_text().splitlines()
    changed = [line.replace(",,,,", ",older than most,,,") if line.startswith(f"{CODE},") else line for line in text]
    assert changed != text
    file.write_text("\n".join(changed))
    ours = tables_of(YEAR)
    read = with_code_lists_of(folder, ours)
    assert read is not None
    assert rows_of(read, CODE) == rows_of(ours, CODE)


def rows_of(tables: ReferenceTables, code: str) -> list[tuple[Any, ...]]:
    return tables["dx_to_cc"].filter(pl.col("icd10") == code).rows()
