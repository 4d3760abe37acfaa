"""What the tests of reports look at: a finished database and the reports of it, made once for all workers of pytest."""

import sys
from pathlib import Path

import pytest
from once import once

from hhs_hcc import cli
from hhs_hcc.launcher.launch import launch
from hhs_hcc.launcher.project import DbtProject
from hhs_hcc.launcher.scenario import read_scenario
from hhs_hcc.synth import synthesize

PROJECT = Path(__file__).resolve().parents[2]
# As in `make demo`: the tables of two years on the data of two years, compared and decomposed.
SCENARIOS = ("comparison/coding_intensity_2024_2025.yml", "decomposition/yoy_2024_2025_waterfall.yml")
NEWEST_RUN = {"diy_model_year": 2025, "benefit_year": 2025, "run_description": "2025 tables on 2025 data"}
# Enough for every chart to have something to draw, few enough for small cells in every report.
MEMBERS, SEED = 2000, 1


def finished_database(factory: pytest.TempPathFactory) -> Path:
    """A database as `make demo` leaves it, smaller. For reading only: it is everybody's."""
    return once(factory, "report_demo", _build) / "issuer.duckdb"


def all_reports(factory: pytest.TempPathFactory) -> Path:
    """The folder that `hhs-hcc report all` has written from that database. For reading only, too."""
    database = finished_database(factory)
    return once(factory, "all_reports", lambda folder: _report_all(database, folder))


def _build(folder: Path) -> None:
    raw = folder / "raw"
    synthesize(MEMBERS, [2024, 2025], SEED, raw, tables_directory=PROJECT / "seeds" / "cms")
    settings = {
        "RA_RAW_PATH": str(raw),
        "RA_DUCKDB_PATH": str(folder / "issuer.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        # The data tests of a build have modules of their own.
        "DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test",
        "DBT_WRITE_JSON": "false",
        "DBT_LOG_LEVEL_FILE": "none",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        project = DbtProject(PROJECT)
        try:
            built = project.dbt("build", variables=NEWEST_RUN)
            assert built.success, built.errors
            for scenario in SCENARIOS:
                launch(project, read_scenario(PROJECT / "scenarios" / scenario, project.defaults))
        finally:
            project.close()


def _report_all(database: Path, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["hhs-hcc", "report", "all", "--database", str(database), "--out", str(folder)])
        with pytest.raises(SystemExit) as ended:
            cli.run()
    assert not ended.value.code, "hhs-hcc report all must write every report; see what it says"
