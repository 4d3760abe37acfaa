"""One small demo issuer per test session: clean frames of two years, and folders of dirty files."""

from pathlib import Path

import pytest
from demo_issuer import CMS_TABLES, DIRTY_MEMBERS, SEED, YEAR, YEARS, Issuer, make_issuer

from hhs_hcc.synth import SynthSummary, synthesize


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return make_issuer(YEAR)


@pytest.fixture(scope="session")
def year_before() -> Issuer:
    return make_issuer(YEAR - 1)


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SynthSummary]:
    folder = tmp_path_factory.mktemp("dirty")
    return folder, synthesize(DIRTY_MEMBERS, YEAR, SEED, folder, tables_directory=CMS_TABLES)


@pytest.fixture(scope="session")
def dirty_years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SynthSummary]:
    folder = tmp_path_factory.mktemp("dirty_years")
    return folder, synthesize(DIRTY_MEMBERS, YEARS, SEED, folder, tables_directory=CMS_TABLES)
