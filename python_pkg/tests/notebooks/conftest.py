"""The database of the reports, for notebooks."""

from pathlib import Path

import pytest
from report_demo import finished_database


@pytest.fixture(scope="session")
def report_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with scoring runs of two years, a comparison and a decomposition; to be read only."""
    return finished_database(tmp_path_factory)
