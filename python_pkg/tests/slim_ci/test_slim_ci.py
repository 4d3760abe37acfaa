"""`make slim-ci` builds what a change touches and nothing else, and never writes to production's file."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hhs_hcc.errors import InputError
from hhs_hcc.slim_ci import read_production
from hhs_hcc.synth import synthesize

REPOSITORY = Path(__file__).resolve().parents[3]
NOT_OF_THE_PROJECT = shutil.ignore_patterns(
    ".*", "data", "target", "logs", "dist", "*.duckdb*", "__pycache__", "benchmarks", "*.egg-info"
)
ANOTHER_YEAR = {"diy_model_year": 2024}
SHOW_SELECTION = """
import json, os, sys
from pathlib import Path
from dbt.cli.main import dbtRunner
from hhs_hcc.slim_ci import read_production, select
production = read_production(Path(sys.argv[1]), Path(os.environ["RA_PRODUCTION_PATH"]))
os.environ["RA_PRODUCTION_NAME"] = production.name
modified, selection = select(dbtRunner(), production)
print(json.dumps([sorted(node["name"] for node in modified if node["resource_type"] != "test"), selection]))
"""


@dataclass(frozen=True)
class Checkout:
    """A copy of the project, and what production's build of it has left: its database and its manifest."""

    folder: Path
    production: Path
    state: Path

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RA_", "MAKE"))}
        environment |= {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(self.folder / "python_pkg" / "src"),
            "RA_PRODUCTION_PATH": str(self.production),
            # Nobody reads dbt.log here, and writing it takes time.
            "DBT_LOG_LEVEL_FILE": "none",
            **settings,
        }
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def slim_ci(self) -> subprocess.CompletedProcess[str]:
        """As a person calls it; the environment is there already, so `setup` has nothing to do."""
        return self.run("make", "--old-file=setup", "slim-ci", f"STATE={self.state}")

    def selection(self) -> tuple[set[str], list[str]]:
        """Names of what is modified or downstream of it, without data tests; and the selection that builds it."""
        answer = self.run("bin/with_settings", "python", "-c", SHOW_SELECTION, str(self.state))
        assert answer.returncode == 0, answer.stdout + answer.stderr
        names, selection = json.loads(answer.stdout.splitlines()[-1])
        return set(names), selection

    def built(self) -> dict[str, str]:
        """Models, seeds and snapshots of the last slim build, with their status."""
        results = json.loads((self.folder / "target" / "slim_ci" / "run_results.json").read_text())["results"]
        kinds = ("model.", "seed.", "snapshot.")
        return {row["unique_id"].split(".")[2]: row["status"] for row in results if row["unique_id"].startswith(kinds)}

    def compare(self, sql: str) -> list[tuple[Any, ...]]:
        """A query over `change`, the slim database, and `production`."""
        with duckdb.connect() as connection:
            for name, file in (("change", self.folder / "target" / "slim_ci.duckdb"), ("production", self.production)):
                connection.execute(f"attach '{file}' as {name} (read_only)")
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Production, built once, for another model year than the default."""
    base = tmp_path_factory.mktemp("slim")
    folder, state, raw = base / "a checkout", base / "state of production", base / "raw"
    shutil.copytree(REPOSITORY, folder, ignore=NOT_OF_THE_PROJECT)
    synthesize(300, 2025, 1, raw, tables_directory=REPOSITORY / "seeds" / "cms")
    built = Checkout(folder, base / "a copy of it.duckdb", state)
    database = base / "results-of-2025.duckdb"
    answer = built.run(
        *("bin/with_settings", "dbt", "--quiet", "build", "--exclude-resource-type", "test"),
        *("--exclude-resource-type", "unit_test", "--vars", json.dumps(ANOTHER_YEAR)),
        RA_DUCKDB_PATH=str(database),
        RA_RAW_PATH=str(raw),
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    state.mkdir()
    shutil.copy(folder / "target" / "manifest.json", state)
    database.rename(built.production)
    return built


@pytest.fixture
def edit(checkout: Checkout) -> Iterator[Any]:
    """Appends text to files of the checkout; afterwards they are as before."""
    before: dict[Path, bytes] = {}

    def append(name: str, text: str) -> None:
        path = checkout.folder / name
        before[path] = path.read_bytes()
        path.write_bytes(before[path] + text.encode())

    yield append
    for path, content in before.items():
        path.write_bytes(content)


def test_an_unmodified_tree_builds_nothing_and_says_so(checkout: Checkout) -> None:
    answer = checkout.slim_ci()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout == f"Nothing has been modified since the build in {checkout.state}: nothing to build.\n"
    assert not (checkout.folder / "target" / "slim_ci.duckdb").exists()


def test_modified_models_are_built_beside_production_and_agree_with_it(checkout: Checkout, edit: Any) -> None:
    before = hashlib.sha256(checkout.production.read_bytes()).digest()
    edit("models/warehouse/fct_enrollment.sql", "-- edited\n")
    edit("models/scoring/agg_plrs_by_plan.sql", "-- edited\n")
    answer = checkout.slim_ci()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert hashlib.sha256(checkout.production.read_bytes()).digest() == before

    built = checkout.built()
    assert set(built.values()) == {"success"}
    assert {"fct_enrollment", "pmpm_trend", "load_reconciliation", "agg_plrs_by_plan"} <= set(built)
    # Of one run: all that a run writes, whether modified or not.
    assert {"current_run", "risk_score_components", "risk_scores"} <= set(built)
    assert not any(name.startswith(("stg_", "raw_", "int_", "dim_", "snap_", "cms_")) for name in built)
    assert not {"fct_claim", "fct_claim_line", "claims_daily_member"} & set(built)

    # Scored as production was, on its tables; only the run is another.
    assert checkout.compare("select status, model_year from change.main_runs.run_registry") == [("completed", 2024)]
    assert checkout.compare("select count(*) from production.main_runs.run_registry") == [(1,)]
    for table in ("main_warehouse.fct_enrollment", "main_runs.agg_plrs_by_plan", "main_runs.risk_score_components"):
        for one, other in (("change", "production"), ("production", "change")):
            lost = checkout.compare(
                f"with one as (select * from {one}.{table}), other as (select * from {other}.{table}) "
                "select count(*) from (select columns(c -> c != 'run_id') from one "
                "except all select columns(c -> c != 'run_id') from other)"
            )
            assert lost == [(0,)], table
        assert checkout.compare(f"select count(*) > 0 from change.{table}") == [(True,)]


def test_an_edit_of_the_package_selects_the_python_models_and_what_reads_them(checkout: Checkout, edit: Any) -> None:
    edit("python_pkg/src/hhs_hcc/rules.py", "# edited\n")
    names, selection = checkout.selection()
    assert {"risk_score_components", "risk_score_evidence", "risk_scores", "agg_plrs_by_plan"} <= names
    assert not any(name.startswith(("stg_", "raw_", "int_", "dim_", "fct_", "snap_", "cms_")) for name in names)
    assert selection == ["state:modified+", "path:models/scoring", "path:models/analysis"]


def test_edited_seeds_of_any_size_are_selected_with_what_reads_them(checkout: Checkout, edit: Any) -> None:
    above_and_below_what_dbt_compares = {"cms_ndc_to_rxc", "cms_rating_area_county"}
    for seed in above_and_below_what_dbt_compares:
        edit(f"seeds/cms/{seed}.csv", "edited\n")
    names, _ = checkout.selection()
    assert {name for name in names if name.startswith("cms_")} == above_and_below_what_dbt_compares
    assert {"agg_unmapped_codes", "risk_score_components", "dim_geography"} <= names
    assert not any(name.startswith(("stg_", "raw_", "int_")) for name in names)


def test_staging_is_not_rebuilt_from_files_that_are_no_longer_there(checkout: Checkout, edit: Any) -> None:
    raw = checkout.state.parent / "raw"
    edit("models/staging/typed/stg_issuer__providers_typed.sql", "-- edited\n")
    raw.rename(raw.with_name("gone"))
    try:
        answer = checkout.slim_ci()
    finally:
        raw.with_name("gone").rename(raw)
    assert answer.returncode == 2
    assert "are gone or have changed" in answer.stdout
    assert "main_raw.load_files" in answer.stdout


def manifest_of(database: str, *tables: str) -> str:
    nodes = {
        f"model.risk_adjustment.{table}": {
            "resource_type": "model",
            "database": database,
            "schema": "main",
            "alias": table,
            "config": {"materialized": "table"},
        }
        for table in tables
    }
    return json.dumps({"nodes": nodes})


def test_what_cannot_be_production_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "p.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t as select 1 as a")
    no_database = tmp_path / "x.duckdb"
    no_database.write_text("this is no database, and long enough to be looked at as if it were one" * 100)
    manifest = tmp_path / "manifest.json"
    for content, database, words in [
        (None, file, ["There is no", "manifest.json", "STATE"]),
        ("{", file, ["no JSON"]),
        ("[]", file, ["no manifest of dbt"]),
        (manifest_of("p"), file, ["(none)"]),
        (manifest_of("slim_ci", "t"), file, ["slim_ci", "production's own build"]),
        (manifest_of("p", "t"), None, ["RA_PRODUCTION_PATH is not set", ".env"]),
        (manifest_of("p", "t"), tmp_path / "absent.duckdb", ["absent.duckdb", "no such file"]),
        (manifest_of("p", "other"), file, ["none of the 1 tables", "one and the same build"]),
        (manifest_of("p", "t"), no_database, ["cannot be opened"]),
    ]:
        if content is not None:
            manifest.write_text(content)
        with pytest.raises(InputError) as error:
            read_production(tmp_path, database)
        assert all(word in str(error.value) for word in words), error.value


def test_tables_that_production_lacks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(tmp_path / "p.duckdb")) as connection:
        connection.execute("create table t as select 1 as a")
    (tmp_path / "manifest.json").write_text(manifest_of("p", "t", "other"))
    production = read_production(tmp_path, tmp_path / "p.duckdb")
    assert (production.name, production.run_vars) == ("p", {})
    assert "lacks 1 of 2 tables; what reads them will fail: main.other" in capsys.readouterr().out


def test_every_seed_too_large_for_dbt_carries_its_hash(checkout: Checkout) -> None:
    manifest = json.loads((checkout.state / "manifest.json").read_text())
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    too_large = {node["name"] for node in seeds if node["checksum"]["name"] == "path"}
    hashes = {node["name"]: node["config"]["meta"].get("content_hash") for node in seeds}
    assert too_large == {name for name, content_hash in hashes.items() if content_hash is not None}
    for name in too_large:
        assert hashes[name] == hashlib.sha256((REPOSITORY / "seeds" / "cms" / f"{name}.csv").read_bytes()).hexdigest()
