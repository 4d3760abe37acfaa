"""One demo issuer, built once per session; each test starts from the database as built."""

from pathlib import Path

import pytest
from real_project import REPOSITORY, RealProject

from hhs_hcc.synth import SynthSummary, synthesize

DEMO_MEMBERS = 3000
YEAR = 2025
SEED = 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SynthSummary]:
    """The files of a demo issuer, and what was planted in them."""
    folder = tmp_path_factory.mktemp("demo_issuer")
    return folder, synthesize(DEMO_MEMBERS, YEAR, SEED, folder, tables_directory=REPOSITORY / "seeds" / "cms")


@pytest.fixture(scope="session")
def built(demo: tuple[Path, SynthSummary], tmp_path_factory: pytest.TempPathFactory) -> RealProject:
    """The demo issuer loaded and scored from its files on, in an empty database. Use `project`."""
    folder = tmp_path_factory.mktemp("dbt_runs")
    project = RealProject(folder, raw=demo[0], database=folder / "issuer.duckdb")
    # Whether all data tests pass, test_whole_project asks.
    outcome = project.dbt("build --exclude-resource-type test unit_test")
    assert outcome, "the demo issuer must build; see the output above"
    project.save("demo")
    return project


@pytest.fixture
def project(built: RealProject) -> RealProject:
    """The demo issuer with one completed run, as it was built."""
    built.restore("demo")
    return built
