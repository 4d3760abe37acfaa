"""What the project creates is for its owner alone, unless RA_UMASK says otherwise; what exists stays as it is."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments.local import LocalEnvironment
from reference_cases import path

from hhs_hcc import cli
from hhs_hcc.errors import HhsHccError
from hhs_hcc.permissions import append_private, keep_new_files_private
from hhs_hcc.reports.figure import Report
from hhs_hcc.reports.page import write_report

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _usual_umask(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The umask of most shells, under which everybody may read new files."""
    monkeypatch.delenv("RA_UMASK", raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(file: Path) -> str:
    return oct(stat.S_IMODE(file.stat().st_mode))


# --- The setting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "file_mode"), [(None, "0o600"), ("", "0o600"), ("027", "0o640"), ("007", "0o660")])
def test_the_setting_decides_about_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str | None, file_mode: str
) -> None:
    if setting is not None:
        monkeypatch.setenv("RA_UMASK", setting)
    keep_new_files_private()
    (tmp_path / "new").write_text("x")
    assert mode(tmp_path / "new") == file_mode


@pytest.mark.parametrize("wrong", ["77", "700", "0o77", "u=rwx", "088", "0777"])
def test_what_is_no_umask_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("RA_UMASK", wrong)
    with pytest.raises(HhsHccError, match="RA_UMASK"):
        keep_new_files_private()
    answer = subprocess.run([REPOSITORY / "bin/with_settings", "true"], capture_output=True, text=True, check=False)
    assert (answer.returncode, "RA_UMASK" in answer.stderr) == (2, True)


def test_settings_of_make_hold_for_any_command(tmp_path: Path) -> None:
    subprocess.run(
        [REPOSITORY / "bin/with_settings", "touch", tmp_path / "new"],
        check=True,
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
    )
    assert mode(tmp_path / "new") == "0o600"


def test_a_log_that_may_hold_values_is_private_whatever_the_umask(tmp_path: Path) -> None:
    append_private(tmp_path / "log", b"a\n")
    append_private(tmp_path / "log", b"b\n")
    assert (tmp_path / "log").read_bytes() == b"a\nb\n"
    assert mode(tmp_path / "log") == "0o600"


# --- The database -----------------------------------------------------------------------------------------------------


def profiles() -> dict[str, dict[str, object]]:
    return yaml.safe_load((REPOSITORY / "profiles.yml").read_text())["risk_adjustment"]["outputs"]


def open_as_dbt_does(database: Path) -> LocalEnvironment:
    """dbt-duckdb's own way to a database, with the plugins of the profile and their default settings."""
    plugins = [{"module": plugin["module"]} for plugin in profiles()["dev"]["plugins"]]
    settings = {"path": str(database), "schema": "main", "plugins": plugins}
    return LocalEnvironment(DuckDBCredentials.from_dict(settings))


def test_every_target_has_the_plugin_that_keeps_its_files_private() -> None:
    for name, target in profiles().items():
        assert "hhs_hcc.dbt_plugin" in [plugin["module"] for plugin in target["plugins"]], name


def test_a_new_database_and_its_log_are_for_the_owner_alone(tmp_path: Path) -> None:
    database = tmp_path / "ra.duckdb"
    environment = open_as_dbt_does(database)
    cursor = environment.handle().cursor()
    cursor.execute("create table t as select 1 as a")
    files = {file.name: mode(file) for file in tmp_path.iterdir()}
    environment.close()
    assert files == {"ra.duckdb": "0o600", "ra.duckdb.wal": "0o600"}


def test_what_duckdb_spills_is_for_the_owner_alone(tmp_path: Path) -> None:
    environment = open_as_dbt_does(tmp_path / "ra.duckdb")
    cursor = environment.handle().cursor()
    cursor.execute("set memory_limit = '24MB'")
    cursor.execute("set threads = 1")
    # A result that is read while the sort behind it lies on disk.
    reader = cursor.execute("select i, hash(i) as h from range(3000000) as t(i) order by h").to_arrow_reader(100)
    reader.read_next_batch()
    spilled = {file.name: mode(file) for file in (tmp_path / "ra.duckdb.tmp").iterdir()}
    folder_mode = mode(tmp_path / "ra.duckdb.tmp")
    environment.close()
    assert folder_mode == "0o700"
    assert set(spilled.values()) == {"0o600"}


def test_a_database_that_was_shared_stays_shared(tmp_path: Path) -> None:
    database = tmp_path / "ra.duckdb"
    open_as_dbt_does(database).handle().close()
    database.chmod(0o660)
    environment = open_as_dbt_does(database)
    environment.handle().cursor().execute("create table t as select 1 as a")
    environment.close()
    assert mode(database) == "0o660"


# --- Scores and reports -----------------------------------------------------------------------------------------------


def score_into(output: Path) -> None:
    arguments = ["hhs-hcc", "score", "--model-year", "2025", "--output", str(output)]
    for name in ("members", "diagnoses"):
        arguments += [f"--{name}", str(path(2025, name))]
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(StringIO()):
        patch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as stopped:
            cli.run()
    assert not stopped.value.code


def test_scores_are_for_the_owner_alone_and_a_file_that_was_shared_stays_shared(tmp_path: Path) -> None:
    score_into(tmp_path / "scores.csv")
    assert {file.name: mode(file) for file in tmp_path.iterdir()} == {
        "scores.csv": "0o600",
        "scores_rejected.csv": "0o600",
    }
    (tmp_path / "scores.csv").chmod(0o640)
    score_into(tmp_path / "scores.csv")
    assert mode(tmp_path / "scores.csv") == "0o640"
    assert pl.read_csv(tmp_path / "scores.csv").height == 200


def test_reports_are_for_the_owner_alone(tmp_path: Path) -> None:
    keep_new_files_private()
    report = Report(
        folder="run-1", title="Run", subtitle="", summary=[], key_figures=[], sections=[], provenance=[("a", "b")]
    )
    page = write_report(report, tmp_path / "reports")
    assert [mode(file) for file in (tmp_path / "reports", page.parent, page)] == ["0o700", "0o700", "0o600"]
