"""A full disk, and memory that is not there: the run fails or is abandoned, and works once there is room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from faulty_issuer import SCORE, Issuer, assert_clear, nothing_else_changes

from hhs_hcc.errors import HhsHccError
from hhs_hcc.warehouse import Warehouse

# More than what a run registers of itself, less than all that it writes.
ROOM = 64 * 1024
ROOM_ENOUGH = "200m"


@pytest.fixture
def small_disk(issuer: Issuer) -> Iterator[Path]:
    """A file system with little room left, on which the issuer's database lies; where this user may mount one."""
    disk = issuer.database.parent
    size = issuer.database.stat().st_size + ROOM
    elsewhere = shutil.copy(issuer.database, issuer.folder / "database")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(disk)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("this user may not mount a file system; the test after this one is the same fault without")
    try:
        shutil.copy(elsewhere, issuer.database)
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_fails_the_run_and_nothing_else(issuer: Issuer, small_disk: Path) -> None:
    with nothing_else_changes(issuer, SCORE):
        assert_clear(issuer.dbt(SCORE), "No space left on device", "What helps: make room on the disk of the database")
        subprocess.run(["mount", "-o", f"remount,size={ROOM_ENOUGH}", str(small_disk)], check=True)


def test_a_file_that_may_not_grow_fails_the_run_and_nothing_else(issuer: Issuer) -> None:
    with nothing_else_changes(issuer, SCORE):
        assert_clear(issuer.dbt(SCORE, fault=["files_up_to", str(ROOM)]), "File too large", "What helps: let files")


def test_memory_that_is_not_there_fails_the_run_and_nothing_else(issuer: Issuer) -> None:
    with nothing_else_changes(issuer, SCORE):
        fault = ["database_without_memory", "1MB", 'create .*"risk_score_segments']
        ended = issuer.dbt(f"--quiet {SCORE}", fault=fault)
        assert_clear(ended, "risk_score_segments", "What helps: give DuckDB more memory (RA_MEMORY_LIMIT, in .env)")
        ended = issuer.dbt(SCORE, fault=["calculator_without_memory"])
        assert_clear(ended, "risk_score_components", "not enough memory", "RA_MEMORY_LIMIT")


def test_a_command_that_reads_says_what_it_lacks_and_not_that_the_database_is_wrong() -> None:
    with duckdb.connect(config={"memory_limit": "1MB", "max_temp_directory_size": "0KB"}) as connection:
        many = "select * from range(10_000_000) as numbers(number) order by hash(number)"
        with pytest.raises(HhsHccError, match=r"lacks memory, or room on the disk .*make room") as error:
            Warehouse(connection).rows(many)
    assert "Build it anew" not in str(error.value)
