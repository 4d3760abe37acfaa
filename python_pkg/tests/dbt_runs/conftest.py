"""One demo issuer, built once for all workers; each test starts from the database as built."""

import pickle
from pathlib import Path

import pytest
from once import once
from real_project import REPOSITORY, RealProject

from hhs_hcc.synth import SynthSummary, synthesize

DEMO_MEMBERS = 3000
YEAR = 2025
SEED = 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SynthSummary]:
    """The files of a demo issuer, and what was planted in them."""

    def write(folder: Path) -> None:
        summary = synthesize(DEMO_MEMBERS, YEAR, SEED, folder / "raw", tables_directory=REPOSITORY / "seeds" / "cms")
        (folder / "summary.pickle").write_bytes(pickle.dumps(summary))

    folder = once(tmp_path_factory, "demo_issuer", write)
    return folder / "raw", pickle.loads((folder / "summary.pickle").read_bytes())


@pytest.fixture(scope="session")
def built(demo: tuple[Path, SynthSummary], tmp_path_factory: pytest.TempPathFactory) -> RealProject:
    """The demo issuer loaded and scored from its files on, in an empty database. Use `project`.

    Also saved: `seeded`, the CMS tables and nothing else.
    """

    def build(folder: Path) -> None:
        project = RealProject(folder, raw=demo[0], database=folder / "issuer.duckdb")
        assert project.dbt("seed")
        project.save("seeded")
        # Whether all data tests pass, test_whole_project asks; it builds everything with one command, too.
        outcome = project.dbt("build --exclude-resource-type seed test unit_test")
        assert outcome, "the demo issuer must build; see the output above"
        project.save("demo")

    folder = once(tmp_path_factory, "demo_built", build)
    everybodys = RealProject(folder, raw=demo[0], database=folder / "issuer.duckdb")
    return everybodys.copy_to(tmp_path_factory.mktemp("dbt_runs"))


@pytest.fixture
def project(built: RealProject) -> RealProject:
    """The demo issuer with one completed run, as it was built."""
    built.restore("demo")
    return built
