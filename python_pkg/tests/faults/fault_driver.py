"""A process that imports dbt and parses the project once, and forks a child for each dbt command.

A command in a child is a command in a shell: it can be killed, and given limits of memory or file size, and nothing of
it is left in the process of the tests. Started as a program by `faulty_issuer`, it takes one JSON object a line:

    {"arguments": [...], "environment": {...}, "fault": [name, argument, ...] | null, "console": path}
        forks a child, answers {"pid": n}
    {"wait": pid}
        answers {"status": n}: the exit code, or minus the signal that ended it
"""

import ctypes
import gc
import json
import os
import re
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner

import hhs_hcc.dbt_models

# Of linux/capability.h: what lets root write where permissions forbid it.
_CAPABILITY_VERSION_3 = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH, _FOWNER = 1, 2, 3
_MEMORY_TO_SPARE = 64 * 1024**2
_ONE_LOOK_EVERY_SECONDS = 0.05


def killed_while_scoring() -> None:
    """kill -9 when the calculator has done its work, and nothing of it is in the database."""
    calculate = hhs_hcc.dbt_models.score

    def score_and_die(*arguments: Any, **settings: Any) -> Any:
        calculate(*arguments, **settings)
        os.kill(os.getpid(), signal.SIGKILL)

    hhs_hcc.dbt_models.score = score_and_die


def killed_after(pattern: str) -> None:
    """kill -9 right after the first statement that a pattern describes; its transaction is then not committed."""
    execute = DuckDBCursorWrapper.execute

    def execute_and_die(cursor: Any, sql: str, bindings: Any = None) -> Any:
        answer = execute(cursor, sql, bindings)
        if re.search(pattern, sql, re.IGNORECASE | re.DOTALL):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    DuckDBCursorWrapper.execute = execute_and_die


def calculator_without_memory() -> None:
    """The operating system refuses the calculator more memory than the process has, and a little."""
    calculate = hhs_hcc.dbt_models.score

    def score_with_little(*arguments: Any, **settings: Any) -> Any:
        in_use = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        limits = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (in_use + _MEMORY_TO_SPARE, limits[1]))
        try:
            # As a population would that is too large for the machine.
            bytearray(16 * _MEMORY_TO_SPARE)
            return calculate(*arguments, **settings)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)

    hhs_hcc.dbt_models.score = score_with_little


def database_without_memory(limit: str, pattern: str) -> None:
    """From the first statement that a pattern describes, DuckDB may take this much memory and nothing of the disk."""
    execute = DuckDBCursorWrapper.execute

    def execute_with_little(cursor: Any, sql: str, bindings: Any = None) -> Any:
        if re.search(pattern, sql, re.IGNORECASE | re.DOTALL):
            DuckDBCursorWrapper.execute = execute
            execute(cursor, "set max_temp_directory_size = '0KB'")
            execute(cursor, f"set memory_limit = '{limit}'")
        return execute(cursor, sql, bindings)

    DuckDBCursorWrapper.execute = execute_with_little


def files_up_to(size: str) -> None:
    """No file may grow above this many bytes: writes beyond fail as on a full disk, with EFBIG for ENOSPC."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))


def bound_by_permissions() -> None:
    """Take from root what lets it write into files that permissions close; another user has nothing to lose."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Two sets of (effective, permitted, inheritable), for capabilities 0-31 and 32-63.
    sets = (ctypes.c_uint32 * 6)()
    if libc.capget(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    taken = sum(1 << capability for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH, _FOWNER))
    sets[0] &= ~taken
    sets[1] &= ~taken
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def holding_the_database(path: str, end: str) -> None:
    """No command at all: a process that has the database open until a file appears."""
    with duckdb.connect(path):
        print("held", flush=True)
        while not Path(end).exists():
            time.sleep(_ONE_LOOK_EVERY_SECONDS)
    os._exit(0)


FAULTS = (
    holding_the_database,
    killed_while_scoring,
    killed_after,
    calculator_without_memory,
    database_without_memory,
    files_up_to,
    bound_by_permissions,
)


def run_in_child(manifest: Any, order: dict[str, Any]) -> int:
    """The command, in the process that was forked for it; its exit code is that of `dbt`."""
    console = os.open(order["console"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(console, stream)
    os.environ.update(order["environment"])
    if order["fault"]:
        name, *arguments = order["fault"]
        next(fault for fault in FAULTS if fault.__name__ == name)(*arguments)
    answer = dbtRunner(manifest=manifest).invoke(order["arguments"])
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    sys.stdout.flush()
    sys.stderr.flush()
    if answer.success:
        return 0
    return 1 if answer.exception is None else 2


def main() -> int:
    """Serve the tests until they close the pipe."""
    # The pipe is for answers; what dbt prints while it parses goes elsewhere.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    manifest = dbtRunner().invoke(sys.argv[1:]).result
    # Children then neither look through the whole project for garbage, nor copy its pages by doing so.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = {"status": os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])}
        else:
            child = os.fork()
            if child == 0:
                # Without the end of an interpreter: its libraries would wait for threads that only the parent has.
                os._exit(run_in_child(manifest, order))
            answer = {"pid": child}
        print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
