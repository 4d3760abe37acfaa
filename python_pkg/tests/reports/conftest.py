"""One finished database for all tests of reports; to be read only."""

from pathlib import Path

import pytest
from report_demo import all_reports, finished_database


@pytest.fixture(scope="session")
def report_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with scoring runs of two years, a comparison, a decomposition and the warehouse's facts."""
    return finished_database(tmp_path_factory)


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the report of the newest run, comparison and decomposition, of lag, and the index."""
    return all_reports(tmp_path_factory)
