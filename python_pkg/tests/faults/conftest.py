"""One small issuer, built once for all workers of pytest; each test starts from a copy of its database."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_issuer import AWKWARD, AWKWARD_FILE, LOAD, NOT_OF_THE_PROJECT, REPOSITORY, Driver, Issuer, project_arguments

from hhs_hcc.synth import synthesize

MEMBERS, YEAR, SEED = 60, 2025, 1


@pytest.fixture(scope="session")
def fault_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the session: the first worker that asks for it makes it while the others wait."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    base = root / "faults"
    with (root / "faults.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (base / "built").exists():
            _build(base)
    return base


def _build(base: Path) -> None:
    # What another worker has begun in vain.
    shutil.rmtree(base, ignore_errors=True)
    # In its place from the start: dbt parses anew what has been moved.
    shutil.copytree(REPOSITORY, base / AWKWARD / "project", ignore=NOT_OF_THE_PROJECT)
    synthesize(MEMBERS, YEAR, SEED, base / AWKWARD / "raw", tables_directory=REPOSITORY / "seeds" / "cms")
    driver = _driver(base)
    try:
        issuer = Issuer(base, base, driver)
        for command in ("seed", LOAD, "snapshot", "run --select tag:scoring"):
            assert issuer.dbt(command), f"dbt {command}; see the output above"
    finally:
        driver.close()
    (base / "built").touch()


def _driver(base: Path) -> Driver:
    # The same for all workers: dbt parses anew what was parsed with another path in the profile. The manifest names the
    # database, which is the name of its file.
    environment = {"RA_DUCKDB_PATH": AWKWARD_FILE, "RA_RAW_PATH": "parsed"}
    return Driver(project_arguments(base, "parse", base / "target", base / "logs"), environment)


@pytest.fixture(scope="session")
def driver(fault_base: Path) -> Iterator[Driver]:
    """Runs the dbt commands of this worker."""
    driver = _driver(fault_base)
    yield driver
    driver.close()


@pytest.fixture
def issuer(fault_base: Path, driver: Driver, tmp_path: Path) -> Issuer:
    """The issuer as it was built: loaded, in history, scored once."""
    copy = Issuer(fault_base, tmp_path, driver)
    copy.database.parent.mkdir()
    shutil.copy(Issuer(fault_base, fault_base, driver).database, copy.database)
    return copy
