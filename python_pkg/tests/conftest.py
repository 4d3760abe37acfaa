"""Settings for all tests of the package; the folder itself comes onto the import path, for `invented` and `oracle`."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine and every run: a red build is then a changed program, never a lucky draw.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# `make fuzz` asks for others each time.
settings.register_profile("random", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("random" if "FUZZ_EXAMPLES" in os.environ else "steady")

# A parsed dbt project is half a million objects that stay; by default Python's collector walks through them so often
# that it takes a tenth of the time of every dbt command.
gc.set_threshold(200_000, 20, 100)

# Files that take longer than ten seconds, longest first: so the workers of pytest-xdist end together. The first two
# differ in what they wait for: while one worker builds the demo issuer of dbt_runs, the other does something else.
LONGEST_FIRST = (
    "dbt_runs/test_whole_project.py",
    "slim_ci/test_slim_ci.py",
    "browser/test_reports_in_a_browser.py",
    "dbt_runs/test_year_in_deliveries.py",
    "dbt_runs/test_launcher.py",
    "dbt_runs/test_privacy.py",
    "dbt_runs/test_run_options.py",
    "dbt_runs/test_run_history.py",
    "issuer_files/test_loads.py",
    "scd2/test_history.py",
    "registry/test_runs.py",
    "dbt_runs/test_what_if.py",
    "notebooks/test_notebooks.py",
    "docs/test_site.py",
    "reports/test_run_report.py",
    "reports/test_decomposition_report.py",
    "reports/test_privacy_of_reports.py",
    "dbt_runs/test_failures_are_clear.py",
    "dbt_runs/test_comparison.py",
    "dbt_runs/test_reference_cases_in_dbt.py",
    "dbt_runs/test_load_reconciliation.py",
    "issuer_files/test_issuer_files.py",
)
TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    absent = [name for name in LONGEST_FIRST if not (TESTS / name).is_file()]
    if absent:
        raise pytest.UsageError(f"LONGEST_FIRST in {__file__} names what is not there: {', '.join(absent)}")
    # By default pytest-xdist begins with the files that hold most tests, which are the quickest ones here.
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {TESTS / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
