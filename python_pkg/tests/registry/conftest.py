"""Mini projects to run hooks in; each test has a database of its own unless it only reads."""

from pathlib import Path

import pytest
from mini_project import MiniProject, create_project


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> MiniProject:
    """Nothing loaded, nothing built."""
    project = create_project(tmp_path_factory.mktemp("registry") / "project")
    project.parse()
    return project


@pytest.fixture(scope="session")
def built_project(empty_project: MiniProject, tmp_path_factory: pytest.TempPathFactory) -> MiniProject:
    """Seeds loaded and members staged; no run yet."""
    project = empty_project.copy_to(tmp_path_factory.mktemp("built") / "project")
    assert project.dbt("build --exclude tag:scoring tag:comparison tag:decomposition source:*")
    return project


@pytest.fixture
def project(built_project: MiniProject, tmp_path: Path) -> MiniProject:
    """A copy for one test, ready to score."""
    return built_project.copy_to(tmp_path / "project")


@pytest.fixture
def fresh_project(empty_project: MiniProject, tmp_path: Path) -> MiniProject:
    """A copy for one test, nothing loaded."""
    return empty_project.copy_to(tmp_path / "fresh")
