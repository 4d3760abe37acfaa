"""A database that another process holds, that is closed to this user, or whose file is none."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from faulty_issuer import SCORE, Issuer, assert_clear

from hhs_hcc.database_opening import DatabaseError, open_when_free, require_usable_path
from hhs_hcc.errors import HhsHccError
from hhs_hcc.warehouse import open_warehouse

ANY_COMMAND = "run-operation reap_runs"
SECONDS_TO_START = 60


def test_a_second_writer_says_for_whom_it_waits_and_goes_on_when_that_one_has_ended(issuer: Issuer) -> None:
    waiting = f"Process {os.getpid()} (python"
    with duckdb.connect(str(issuer.database)):
        wait = issuer.start(ANY_COMMAND, settings={"RA_LOCK_WAIT_SECONDS": str(SECONDS_TO_START)})
        give_up_at = time.monotonic() + SECONDS_TO_START
        while waiting not in issuer.last_console() and time.monotonic() < give_up_at:
            time.sleep(0.05)
    ended = wait()
    assert ended
    assert waiting in ended.console
    assert f"waiting up to {SECONDS_TO_START} seconds for it to end" in ended.console
    assert "is free: going on" in ended.console
    assert "nothing to reap" in ended.console


def test_a_second_writer_that_has_waited_in_vain_names_the_process_and_changes_nothing(issuer: Issuer) -> None:
    before = issuer.fingerprints()
    with duckdb.connect(str(issuer.database)):
        ended = issuer.dbt(SCORE, settings={"RA_LOCK_WAIT_SECONDS": "0.6"})
        assert_clear(ended, f"Process {os.getpid()} (python", "has the database", "run this command again")
    assert issuer.fingerprints() == before
    assert issuer.dbt(ANY_COMMAND)


def test_a_command_that_reads_names_the_process_that_writes(issuer: Issuer) -> None:
    """Here the other process is one that dbt has forked: within a process DuckDB knows no lock."""
    end = issuer.folder / "end"
    wait = issuer.start(ANY_COMMAND, fault=["holding_the_database", str(issuer.database), str(end)])
    give_up_at = time.monotonic() + SECONDS_TO_START
    while "held" not in issuer.last_console() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    names_it = r"Process \d+ \(python.* has the database .* open"
    with pytest.raises(HhsHccError, match=names_it) as error, open_warehouse(issuer.database):
        pass
    assert "wait for it to end" in str(error.value)
    end.touch()
    assert wait()


@pytest.fixture
def closed(issuer: Issuer) -> Iterator[Path]:
    """The issuer's database, open to reading only; afterwards open again."""
    folder = issuer.database.parent
    issuer.database.chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_a_database_closed_to_this_user_is_named_and_left_alone(issuer: Issuer, closed: Path) -> None:
    before = issuer.fingerprints()
    fault = ["bound_by_permissions"]
    started = time.monotonic()
    ended = issuer.dbt(SCORE, fault=fault, settings={"RA_LOCK_WAIT_SECONDS": str(SECONDS_TO_START)})
    assert_clear(ended, "is closed to this user", "RA_DUCKDB_PATH", "--target readonly")
    assert time.monotonic() - started < SECONDS_TO_START, "what is closed does not open by waiting"

    issuer.database.chmod(0o644)
    assert_clear(issuer.dbt(SCORE, fault=fault), "is closed to this user", "the folder it lies in")
    assert issuer.fingerprints() == before
    closed.chmod(0o755)
    assert issuer.dbt(ANY_COMMAND)


def test_what_cannot_be_a_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("SECRET, and long enough to be looked at as if it were a database\n" * 100)
    for path, words in [
        (text, "is no DuckDB database"),
        (tmp_path / "no folder" / "x.duckdb", "There is no folder"),
        (tmp_path, "is a folder"),
    ]:
        with pytest.raises(DatabaseError, match=words) as error:
            open_when_free(str(path), {}, 0)
        assert "RA_DUCKDB_PATH" in str(error.value)
        assert "SECRET" not in str(error.value)
    assert text.read_text().startswith("SECRET")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/issuer's.duckdb", "issuer's"),
        ('a/"issuer".duckdb', '"issuer"'),
        # What dbt makes of them: it takes a path for a URL.
        ("a/issuer; two.duckdb", "issuer"),
        ("a#b/issuer.duckdb", "a"),
        ("a?b/issuer.duckdb", "a"),
    ],
)
def test_a_path_that_dbt_misreads_is_refused_before_a_file_is_made(path: str, name: str) -> None:
    with pytest.raises(DatabaseError, match="holds a character that dbt cannot take"):
        require_usable_path(path, name)
    require_usable_path('it\'s "a"; [folder]/the issuer.of 2025.duckdb', "the issuer")
