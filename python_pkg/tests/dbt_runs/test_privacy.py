"""No value of a member leaves the database: not into artifacts, logs or the terminal, whatever goes wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from issuer_files import Row, diagnosis_claim, plan_row, write_issuer
from real_project import FROM_THE_FILES_ON, SCORE, RealProject

PLAN = "99801TX001000101"
# Stands in for everything that identifies a person, in places where it is expected and in places where it is not.
TOKEN = "ZQXWVCANARY"
# Members beside those whom the tests break: enough of the same for figures to be shown.
CROWD = range(101, 121)
VIEWS = {"claims_view": "study.claims", "enrollments_view": "study.enrollments", "members_view": "study.members"}


def member(number: int, **values: str) -> Row:
    return {
        "member_id": f"{TOKEN}{number}",
        "subscriber_id": f"{TOKEN}S",
        "first_name": f"{TOKEN}first",
        "last_name": f"{TOKEN}last",
        "birth_date": "1980-06-15",
        "gender": "F",
        "zip_code": f"{TOKEN}zip",
        **values,
    }


def span(number: int, **values: str) -> Row:
    return {
        "member_id": f"{TOKEN}{number}",
        "hios_plan_id": PLAN,
        "enrollment_start_date": "2025-01-01",
        "enrollment_end_date": "2025-12-31",
        "premium_amount": f"{TOKEN}$",
        **values,
    }


def line(number: int, **values: str) -> Row:
    claim = diagnosis_claim(f"{TOKEN}C{number}", f"{TOKEN}1", "2025-02-10", "E11.9", f"{TOKEN}dx")
    amounts = dict.fromkeys(("charge_amount", "allowed_amount", "paid_amount", "quantity", "ndc_code"), f"{TOKEN}$")
    return claim | amounts | values


def supplemental(number: int, **values: str) -> Row:
    return {
        "supplemental_diagnosis_id": f"{TOKEN}S{number}",
        "member_id": f"{TOKEN}1",
        "claim_id": f"{TOKEN}C1",
        "action_code": "add",
        "diagnosis_code": "C50.911",
        "service_date": "2025-02-10",
        **values,
    }


def canary_issuer(folder: Path) -> Path:
    raw = write_issuer(
        folder,
        members=[
            member(1),
            member(1, last_name=f"{TOKEN}again"),
            member(2, birth_date=f"{TOKEN}born"),
            member(3, gender=f"{TOKEN}gender"),
            member(4),
            *map(member, CROWD),
        ],
        enrollments=[
            *(span(number) for number in (1, 2, 3, *CROWD)),
            span(4, enrollment_start_date=f"{TOKEN}start"),
            span(4, hios_plan_id=f"{TOKEN}plan"),
        ],
        plans=[plan_row(PLAN, "silver", 2025), plan_row(f"{TOKEN}plan", f"{TOKEN}metal", 2025)],
        claims=[
            line(1),
            line(2, claim_type=f"{TOKEN}type"),
            line(3, claim_status=f"{TOKEN}status"),
            line(4, claim_start_date=f"{TOKEN}day"),
            line(5, claim_line_number=f"{TOKEN}number"),
            line(6, member_id=f"{TOKEN}nobody"),
            line(7, bill_type_code=f"{TOKEN}bill", hcpcs_code=f"{TOKEN}hcpcs"),
            *(line(number, member_id=f"{TOKEN}{number}") for number in CROWD),
        ],
        supplemental_diagnoses=[
            supplemental(1),
            supplemental(2, action_code=f"{TOKEN}action"),
            supplemental(3, service_date=f"{TOKEN}day"),
        ],
    )
    with (raw / "raw_members.csv").open("a") as file:
        file.write(f'"{TOKEN}5,an open quote\n{TOKEN}6,too few cells\n')
    return raw


def hhs_hcc(project: RealProject, command: str) -> bool:
    """A command in a process of its own, so that all that it says is heard; whether it went well."""
    reports = ["--out", str(project.folder / "reports")] if command.startswith("report") else []
    program = [sys.executable, "-c", "from hhs_hcc.cli import run; run()", *command.split(), *reports]
    environment = os.environ | project.environment()
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    project.consoles.append(ended.stdout + ended.stderr)
    assert "Traceback" not in ended.stderr
    return ended.returncode == 0


def score_once(project: RealProject, raw: Path) -> None:
    """Load and score the files: the first who asks does it and is looked at for it, later ones take its database."""
    database = project.database.with_suffix(".canary")
    if database.exists():
        project.restore("canary")
        return
    assert project.dbt(FROM_THE_FILES_ON, {"run_description": "first"}, raw=raw), (
        "values of the issuer must not break a build"
    )
    project.save("canary")


def a_good_run_and_its_tests(project: RealProject, raw: Path) -> bool:
    score_once(project, raw)
    scored = project.query("select member_id from main_runs.risk_score_members where contains(member_id, 'CANARY')")
    assert set(scored) == {(f"{TOKEN}{number}",) for number in (1, *CROWD)}
    rejected = project.value("select count(*) from main_runs.scores_rejected where contains(member_id, 'CANARY')")
    assert rejected == 3
    assert project.value("select count(*) from main_staging.stg_issuer__rejects") > 10
    assert project.value("select count(*) from main_runs.agg_unmapped_codes where contains(code, 'CANARY')") > 0
    return project.dbt("test --select tag:scoring,resource_type:test", raw=raw).success


def a_calculator_that_raises(project: RealProject, raw: Path) -> bool:
    score_once(project, raw)
    project.change("delete from main_cms.cms_coefficient where variable = 'HHS_HCC021'")
    return project.dbt(SCORE, raw=raw).success


def members_that_are_there_twice(project: RealProject, raw: Path) -> bool:
    """A view without the uniqueness of the staged table: the error is about rows of people."""
    score_once(project, raw)
    project.change(
        "create schema study",
        "create view study.claims as select * from main_staging.stg_issuer__claims",
        "create view study.enrollments as select * from main_staging.stg_issuer__enrollments",
        "create view study.members as select * from main_staging.stg_issuer__members"
        " union all select * from main_staging.stg_issuer__members",
    )
    # A unit test that fails prints rows; they must not come from the views.
    project.dbt("test --select int_coverage_spans,test_type:unit", VIEWS, raw=raw)
    return project.dbt(SCORE, VIEWS, raw=raw).success


def a_gender_that_stops_the_run(project: RealProject, raw: Path) -> bool:
    return project.dbt(FROM_THE_FILES_ON, {"invalid_gender": "error"}, raw=raw).success


def a_comparison_and_a_decomposition(project: RealProject, raw: Path) -> bool:
    score_once(project, raw)
    assert project.dbt(SCORE, {"diy_model_year": 2024, "run_description": "second"}, raw=raw)
    assert project.dbt("run --selector comparison_job", {"run_id_a": "first", "run_id_b": "second"}, raw=raw)
    compared = project.value("select count(*) from main_analytics.run_comparison where contains(member_id, 'CANARY')")
    assert compared == 1 + len(CROWD)
    analysis = {"baseline": "a", "actual": "b", "components": [{"name": "Tables", "scenario": "b"}]}
    specification = {"batch_name": "why", "scenarios": {"a": "first", "b": "second"}, "analysis": analysis}
    if not project.dbt("run --selector decomposition_job", {"decomposition": specification}, raw=raw):
        return False
    # Everything that looks at the database without dbt: pages and CSV files, too.
    commands = ["report all", "report comparison latest --pseudonyms", "report run nobody", "runs", "show latest"]
    return [hhs_hcc(project, command) for command in commands] == [True, True, False, True, True]


def reports_of_a_broken_database(project: RealProject, raw: Path) -> bool:
    """A table that is not as the queries expect it: the engine's own message would print the value."""
    assert project.dbt(FROM_THE_FILES_ON, raw=raw)
    project.change(
        "alter table main_runs.risk_score_members rename to kept_members",
        "create view main_runs.risk_score_members as select * replace (cast(member_id as integer) as age_last)"
        " from main_runs.kept_members",
    )
    return hhs_hcc(project, "report all")


def data_tests_that_fail(project: RealProject, raw: Path) -> bool:
    score_once(project, raw)
    project.change(
        "insert into main_runs.risk_score_members from main_runs.risk_score_members",
        "update main_runs.risk_score_members set model = member_id",
        "insert into main_intermediate.int_aca_risk_candidates from main_intermediate.int_aca_risk_candidates",
    )
    outcome = project.dbt("test --select int_aca_risk_candidates risk_score_members", raw=raw)
    failed = [name for name, status in outcome.statuses.items() if status == "fail"]
    assert any("accepted_values" in name for name in failed)
    assert any("unique_combination" in name for name in failed)
    return outcome.success


ENDINGS: dict[Callable[[RealProject, Path], bool], bool] = {
    a_good_run_and_its_tests: True,
    a_calculator_that_raises: False,
    members_that_are_there_twice: False,
    a_gender_that_stops_the_run: False,
    a_comparison_and_a_decomposition: True,
    reports_of_a_broken_database: False,
    data_tests_that_fail: False,
}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_issuer(tmp_path_factory.mktemp("canary") / "issuer")


@pytest.mark.parametrize("happening", ENDINGS, ids=lambda happening: happening.__name__)
def test_no_value_of_a_member_leaves_the_database(
    project: RealProject,
    raw: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    happening: Callable[[RealProject, Path], bool],
) -> None:
    # Artifacts and logs of this happening only; the database stays where it is.
    apart = RealProject(tmp_path, raw, project.database, project.manifest, writes_artifacts=True)
    assert happening(apart, raw) is ENDINGS[happening]
    printed = capfd.readouterr()
    assert TOKEN not in printed.out + printed.err
    assert all(TOKEN not in console for console in apart.consoles)
    folders = (apart.target, apart.logs, apart.folder / "reports")
    written = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "run_results.json" for path in written)
    assert any(path.name == "dbt.log" for path in written)
    leaks = [str(path.relative_to(tmp_path)) for path in written if TOKEN.encode() in path.read_bytes()]
    assert leaks == []
