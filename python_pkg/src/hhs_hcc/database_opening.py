"""Opening the DuckDB file: who holds it, how long to wait for that process, and what to do when it does not open.

DuckDB lets one process write a file, and no other read it meanwhile. dbt-duckdb can try again, but in silence, and it
tries a file that is closed to this user as long as one that is busy.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from hhs_hcc.errors import HhsHccError

WAIT_SETTING = "lock_wait_seconds"
DEFAULT_WAIT_SECONDS = 30.0
_ONE_LOOK_EVERY_SECONDS = 0.5
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)(?: by user (?P<user>\S+?))?[.\s]")


class DatabaseError(HhsHccError):
    """The database cannot be opened."""


def open_when_free(
    path: str, config: Mapping[str, Any], wait_seconds: float, say: Callable[[str], None] | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database file as dbt-duckdb does, waiting for the process that holds it.

    Args:
        path: The file; it is made if it is not there.
        config: Options of DuckDB.
        wait_seconds: How long to wait before giving up.
        say: Told once, that there is somebody to wait for, and once that the wait is over.

    Raises:
        DatabaseError: If it is still held then, or cannot be opened at all.
    """
    folder = Path(path).parent
    if config.get("access_mode") != "READ_ONLY" and folder.is_dir() and not os.access(folder, os.W_OK):
        # DuckDB would notice with the first change only, when it makes the file of its log.
        raise DatabaseError(_closed(path))
    say = say or _say_on_standard_error
    give_up_at = time.monotonic() + wait_seconds
    is_waiting = False
    while True:
        try:
            connection = duckdb.connect(path, config=dict(config))
        except duckdb.Error as error:
            if not is_locked(error) or time.monotonic() >= give_up_at:
                raise DatabaseError(why_not_opened(path, error)) from error
            if not is_waiting:
                is_waiting = True
                say(f"{_held(path, error)}: waiting up to {wait_seconds:g} seconds for it to end ...")
            time.sleep(min(_ONE_LOOK_EVERY_SECONDS, max(0.0, give_up_at - time.monotonic())))
        else:
            if is_waiting:
                say(f"The database {path} is free: going on")
            return connection


def require_usable_path(path: str, name: str) -> None:
    """Stop before a file is made that dbt cannot work with.

    Args:
        path: The file.
        name: What dbt calls the database. It takes the path for a URL, where DuckDB takes it as it is, and puts the
            name into SQL without escaping it.

    Raises:
        DatabaseError: If the two would not understand each other.
    """
    name_in_duckdb = Path(path).name.lstrip(".").split(".")[0]
    if name != name_in_duckdb or {"'", '"'} & set(name):
        raise DatabaseError(
            f"The path of the database, {path}, holds a character that dbt cannot take: a quote or a semicolon in the "
            "file's name, or # or ? anywhere. Choose another path (RA_DUCKDB_PATH); spaces, and quotes in the names of "
            "folders, do no harm."
        )


def is_locked(error: duckdb.Error) -> bool:
    """Whether a file did not open because another process has it open."""
    return "Could not set lock on file" in str(error)


def why_not_opened(path: str | Path, error: duckdb.Error) -> str:  # noqa: PLR0911 - one for each cause
    """What is the matter with a file that did not open, and what to do."""
    if is_locked(error):
        return (
            f"{_held(path, error)}. DuckDB lets one process write, and no other read meanwhile: wait for it to end, or "
            "end it, and run this command again."
        )
    text, file = str(error), Path(path)
    if "not a valid DuckDB database file" in text:
        return f"{path} is no DuckDB database. Correct the name (RA_DUCKDB_PATH), or move the file out of the way."
    if not file.parent.is_dir():
        return f"There is no folder {file.parent} for the database. Make it, or correct the name (RA_DUCKDB_PATH)."
    if file.is_dir():
        return f"{path} is a folder. RA_DUCKDB_PATH names the DuckDB file itself."
    if "Permission denied" in text or "Read-only file system" in text:
        return _closed(path)
    if "No space left on device" in text or "File too large" in text:
        return (
            f"The database {path} cannot be opened: its disk, or this user's share of it, is full. Make room and run "
            "this command again; nothing that was completed is lost."
        )
    # Of the rest, DuckDB's first sentence: what follows may quote the file.
    return f"The database {path} cannot be opened: {text.splitlines()[0]}"


def _closed(path: str | Path) -> str:
    return (
        f"The database {path}, or the folder it lies in, is closed to this user: dbt writes into both. Correct the "
        "permissions, or name another file (RA_DUCKDB_PATH); to read only, use --target readonly."
    )


def _held(path: str | Path, error: duckdb.Error) -> str:
    holder = _HOLDER.search(str(error) + " ")
    if holder is None:
        return f"Another process has the database {path} open"
    user = f", user {holder['user']}" if holder["user"] else ""
    return f"Process {holder['pid']} ({Path(holder['program']).name}{user}) has the database {path} open"


def _say_on_standard_error(text: str) -> None:
    # Not through dbt's log: --quiet and `hhs-hcc run` would swallow it, and somebody is waiting.
    print(text, file=sys.stderr, flush=True)
