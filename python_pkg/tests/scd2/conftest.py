"""One project for all tests here; each test has a database of its own."""

import shutil
from pathlib import Path

import pytest
from history_project import HistoryProject, create_project


@pytest.fixture(scope="session")
def empty_history(tmp_path_factory: pytest.TempPathFactory) -> HistoryProject:
    """Nothing loaded, no history. Tests copy it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RA_DUCKDB_PATH", "")
        return create_project(tmp_path_factory.mktemp("scd2") / "project")


@pytest.fixture
def project(empty_history: HistoryProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HistoryProject:
    # invoke() sets it; monkeypatch puts it back.
    monkeypatch.setenv("RA_DUCKDB_PATH", "")
    # The folder, because DuckDB may keep the newest changes in a file beside the database.
    folder = shutil.copytree(empty_history.database.parent, tmp_path / "database")
    return HistoryProject(empty_history.folder, folder / empty_history.database.name, empty_history.shared)
