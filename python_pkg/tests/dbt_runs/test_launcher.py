"""`hhs-hcc run` and `hhs-hcc replay` on a demo issuer of two years: sums close, runs are reused, replays are equal."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from real_project import REPOSITORY, RealProject

from hhs_hcc import cli, database_opening
from hhs_hcc.launcher import DecompositionResults, ScenarioOutcome, run_scenario
from hhs_hcc.launcher.project import DbtProject
from hhs_hcc.synth import synthesize

YEAR_OVER_YEAR = REPOSITORY / "scenarios" / "decomposition" / "yoy_2024_2025.yml"
AUDIT_RISK = REPOSITORY / "scenarios" / "comparison" / "audit_risk.yml"
# Later than the delivery that the database has had.
DELIVERED_AT = "2099-01-31"
# Of their members, some have a gender that is neither M nor F.
MEMBERS, SEED = 300, 1


@dataclass(frozen=True)
class Launched:
    """A database in which the year over year has been launched once, from Python."""

    project: RealProject
    outcome: ScenarioOutcome
    told: frozenset[str]
    """What the progress was told about."""

    def run_id(self, description: str) -> str:
        return next(step.run.run_id for step in self.outcome.scoring_runs if step.run and step.name == description)


@dataclass(frozen=True)
class Said:
    """How a command of hhs-hcc has ended."""

    code: int
    out: str
    err: str


@contextmanager
def at_hand(project: RealProject) -> Iterator[pytest.MonkeyPatch]:
    """Commands in this process go to the database of the tests, and take the project as it was parsed for them."""
    # The data tests of a scoring run have modules of their own.
    settings = {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test"}
    settings |= {"DBT_TARGET_PATH": str(project.target), "DBT_LOG_PATH": str(project.logs)}
    settings |= {"DBT_PROFILES_DIR": str(project.profiles)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (settings | project.environment()).items():
            patch.setenv(name, value)
        patch.setattr(DbtProject, "_parse", lambda launched: setattr(launched, "_manifest", project.manifest))
        yield patch


@pytest.fixture(scope="module")
def launched(built: RealProject, tmp_path_factory: pytest.TempPathFactory) -> Launched:
    built.restore("demo")
    raw = tmp_path_factory.mktemp("two_years")
    synthesize(MEMBERS, [2024, 2025], SEED, raw, tables_directory=REPOSITORY / "seeds" / "cms")
    assert built.dbt("run --select path:models/staging", {"load_timestamp": DELIVERED_AT}, raw=raw)
    told = set()
    with at_hand(built):
        outcome = run_scenario(
            YEAR_OVER_YEAR,
            project_dir=REPOSITORY,
            on_progress=lambda what, begun, total: told.add((what, begun <= total)),
        )
    # Another connection can write at once: the launcher has let go of the file.
    built.change("checkpoint")
    built.save("launched")
    assert all(is_plausible for _, is_plausible in told)
    return Launched(built, outcome, frozenset(what for what, _ in told))


@pytest.fixture
def project(launched: Launched) -> RealProject:
    """The database right after the launch."""
    launched.project.restore("launched")
    return launched.project


def hhs_hcc(project: RealProject, capsys: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """A command, in this process."""
    capsys.readouterr()
    with at_hand(project) as patch:
        patch.setattr(sys, "argv", ["hhs-hcc", *map(str, arguments), "--project-dir", str(REPOSITORY)])
        with pytest.raises(SystemExit) as ended:
            cli.run()
    said = capsys.readouterr()
    project.consoles.append(said.out + said.err)
    assert "Traceback" not in said.out + said.err
    return Said(int(ended.value.code or 0), said.out, said.err)


def test_a_year_over_year_is_scored_decomposed_and_adds_up(launched: Launched, project: RealProject) -> None:
    outcome, results = launched.outcome, launched.outcome.results
    assert [step.is_reused for step in outcome.scoring_runs] == [False] * 4
    assert isinstance(results, DecompositionResults)
    assert len(results.drivers) >= 4
    assert sum(driver.impact for driver in results.drivers) == results.header["total_change"]
    means = {
        step.name: project.scores(step.run.run_id)["risk_score"].cast(float).mean()
        for step in outcome.scoring_runs
        if step.run
    }
    change = means["2025 tables on 2025 data"] - means["2024 tables on 2024 data"]
    assert float(results.header["total_change"]) == pytest.approx(change, abs=1e-9)
    registered = project.query(
        "select analysis_type, trigger_source from main_runs.run_registry"
        f" where group_id = {outcome.group_id} order by all"
    )
    assert registered == [("decomposition", "hhs-hcc"), *[("scoring", "hhs-hcc")] * 4]
    assert {"run 2 of 4: 2025 tables on 2024 data", "decomposition"} < launched.told


def test_a_second_time_the_runs_are_reused_and_people_see_the_waterfall(
    launched: Launched, project: RealProject, capsys: pytest.CaptureFixture[str]
) -> None:
    said = hhs_hcc(project, capsys, "run", YEAR_OVER_YEAR)
    assert said.code == 0
    for text in ("Model Change", "Lost members", "New members", "actual_2025", f"group {launched.outcome.group_id}"):
        assert text in said.out
    assert said.out.count("reused") == 4
    for step in launched.outcome.scoring_runs:
        assert step.run is not None
        assert f"{step.run.run_id}  {step.name}" in said.out
    batch = project.last_run()["run_id"]
    assert batch != launched.outcome.batch_id
    assert f"  hhs-hcc report decomposition {batch}\n" in said.out


def test_a_run_on_what_if_views_is_scored_with_its_views_and_reused_the_next_time(
    launched: Launched, project: RealProject, capsys: pytest.CaptureFixture[str]
) -> None:
    said = hhs_hcc(project, capsys, "run", AUDIT_RISK, "--json")
    assert said.code == 0, said.err
    (outcome,) = json.loads(said.out)["outcomes"]
    summary = outcome["comparison_summary"]
    assert Decimal(summary["mean_b"]) < Decimal(summary["mean_a"])
    assert outcome["scoring_runs"][0]["run_id"] == launched.run_id("2025 tables on 2025 data")

    after = hhs_hcc(project, capsys, "run", AUDIT_RISK, "--dry-run")
    assert (after.out.count("would be reused"), after.out.count("to be scored")) == (2, 0)
    assert project.last_run()["run_id"] == outcome["batch_id"], "a rehearsal registers nothing"


def test_a_mistake_is_told_with_its_line_before_anything_is_scored(
    project: RealProject, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = YEAR_OVER_YEAR.read_text(encoding="utf-8")
    before = project.last_run()
    file = tmp_path / "mistaken.yml"

    def refused(old: str, new: str) -> tuple[str, str]:
        """The message, and how it should begin."""
        line = 1 + next(number for number, words in enumerate(text.splitlines()) if old in words)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        said = hhs_hcc(project, capsys, "run", file)
        assert (said.code, said.out) == (2, "")
        return said.err, f"error: {file}, line {line}: "

    message, place = refused("{diy_model_year: 2025, benefit_year: 2024}", "{diy_model_year: 1999, benefit_year: 2024}")
    assert message.startswith(f"{place}No CMS tables")
    message, place = refused("coeffs_2025: 2025 tables on 2024 data", "coeffs_2025: 2025 tables on 2024 dat")
    assert message.startswith(f"{place}decomposition.scenarios.coeffs_2025 is '2025 tables on 2024 dat'")
    assert "Did you mean '2025 tables on 2024 data'" in message
    message, place = refused("method: shapley", "method: shaply")
    line = place.split("line ")[1].strip(": ")
    assert f"line {line}: decomposition.analysis.method: shaply" in message
    assert "sequential, marginal, shapley" in message
    assert project.last_run() == before


def test_of_a_folder_what_fails_is_told_and_the_rest_is_done(
    project: RealProject, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text("{invalid_gender: error, run_description: stops}", encoding="utf-8")
    (tmp_path / "b.yml").write_text("{diy_model_year: 2024, run_description: works}", encoding="utf-8")
    (tmp_path / "_draft.yml").write_text("{no_such_var: 1}", encoding="utf-8")
    said = hhs_hcc(project, capsys, "run", tmp_path)
    assert said.code == 1
    assert "passed over: _draft.yml" in said.err
    assert "neither M nor F, and the var invalid_gender is error" in said.err
    assert "1 of 2 scenarios have failed" in said.err
    assert project.last_run()["status"] == "failed"
    assert "b (scoring)" in said.out
    assert "reused" in said.out


def test_a_replay_gives_the_same_output_hash(
    launched: Launched, project: RealProject, capsys: pytest.CaptureFixture[str]
) -> None:
    original = launched.run_id("2024 tables on 2025 data")
    recorded = project.value(f"select output_hash from main_runs.run_registry where run_id = '{original}'")
    said = hhs_hcc(project, capsys, "replay", original, "--json")
    assert said.code == 0, said.err
    outcome = json.loads(said.out)
    assert (outcome["is_equal"], outcome["output_hash"], outcome["differences"]) == (True, recorded, [])
    replayed = project.last_run()
    assert (replayed["run_id"], replayed["output_hash"]) == (outcome["replayed_as"], recorded)
    assert replayed["run_description"] == f"replay of {original}"
    assert (replayed["model_year"], replayed["benefit_year"]) == (2024, 2025)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("update main_staging.stg_issuer__claims_typed set diagnosis_code_1 = 'E119'", "input_fingerprint"),
        ("update main_cms.cms_coefficient set coefficient = 9 where model_year = 2024", "cms_tables_hash"),
    ],
    ids=["data", "tables"],
)
def test_a_replay_that_cannot_be_names_what_has_changed(
    launched: Launched, project: RealProject, capsys: pytest.CaptureFixture[str], change: str, named: str
) -> None:
    project.change(change)
    said = hhs_hcc(project, capsys, "replay", launched.run_id("2024 tables on 2025 data"))
    assert said.code == 1
    assert "cannot be rebuilt" in said.out
    assert [name for name in ("input_fingerprint", "cms_tables_hash", "package_hash") if name in said.out] == [named]
    assert project.last_run()["run_id"] == launched.outcome.batch_id


@contextmanager
def held_by_another(database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the database open until its standard input is closed."""
    program = (
        "import duckdb, sys\nwith duckdb.connect(sys.argv[1]):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.communicate()


def test_a_scenario_waits_for_the_process_that_has_the_database_and_then_runs(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RA_LOCK_WAIT_SECONDS", "60")
    say = database_opening._say_on_standard_error
    with held_by_another(project.database) as holder:

        def say_and_let_the_other_end(text: str) -> None:
            say(text)
            if holder.stdin is not None:
                holder.stdin.close()

        monkeypatch.setattr(database_opening, "_say_on_standard_error", say_and_let_the_other_end)
        said = hhs_hcc(project, capsys, "run", "--json", YEAR_OVER_YEAR)
        holder.stdin = None
    assert f"Process {holder.pid} (python" in said.err
    assert "waiting up to 60 seconds for it to end" in said.err
    assert "is free: going on" in said.err
    assert said.code == 0
    (outcome,) = json.loads(said.out)["outcomes"]
    assert outcome["name"] == YEAR_OVER_YEAR.stem


def test_a_scenario_that_has_waited_in_vain_names_the_process_and_leaves_no_run(
    project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = "from main_runs.run_registry order by run_id"
    before = project.query(runs)
    monkeypatch.setenv("RA_LOCK_WAIT_SECONDS", "0.2")
    with held_by_another(project.database) as holder:
        # A comparison is checked, and a scoring run looked for, before anything else: both ask the database.
        for scenario in (YEAR_OVER_YEAR, REPOSITORY / "scenarios" / "scoring" / "as_cms_software.yml"):
            said = hhs_hcc(project, capsys, "run", scenario)
            assert said.code != 0
            assert f"Process {holder.pid} (python" in said.err
            assert "wait for it to end, or end it, and run this command again" in said.err
            assert "Runtime Error" not in said.err
    assert project.query(runs) == before
