"""One staging project for all tests here; each test has a folder of issuer's files of its own."""

from pathlib import Path

import pytest
from staging_project import StagingProject, create_project


@pytest.fixture(scope="session")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> StagingProject:
    project = create_project(tmp_path_factory.mktemp("staging") / "project")
    with pytest.MonkeyPatch.context() as patch:
        # parse() sets it; monkeypatch puts it back.
        patch.delenv("RA_DUCKDB_PATH", raising=False)
        project.manifest = project.parse()
    return project


@pytest.fixture(scope="module", autouse=True)
def no_database(shared_project: StagingProject) -> None:
    """Whatever the module before has loaded is gone."""
    shared_project.start_anew()


@pytest.fixture
def project(shared_project: StagingProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StagingProject:
    # run() sets these; monkeypatch puts them back.
    monkeypatch.delenv("RA_RAW_PATH", raising=False)
    monkeypatch.delenv("RA_DUCKDB_PATH", raising=False)
    # Blanks, quotes and the characters of a glob, as folders of real machines have them.
    return StagingProject(shared_project.folder, tmp_path / "the issuer's [files]", shared_project.manifest)
