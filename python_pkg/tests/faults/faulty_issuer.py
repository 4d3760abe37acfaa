"""A small issuer under the real project, whose dbt commands meet faults; and what must be true after each of them.

The checkout, the issuer's files and the database lie in folders whose names hold spaces, quotes and what means
something to a shell, to SQL, to Jinja or in a glob. So every test of this folder is one of paths, too.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
NOT_OF_THE_PROJECT = shutil.ignore_patterns(
    ".*", "data", "target", "logs", "dist", "docs", "*.duckdb*", "__pycache__", "tests", "benchmarks", "analyses"
)
AWKWARD = 'it\'s a "test" of 100% [x]; {{ 1 - }} * $HOME'
# Without what dbt does not take in the name of a database: see test_awkward_names.
AWKWARD_FILE = "the issuer {{ 1 - }} of 100% [x].duckdb"
# What a score is made of, without what is made of scores.
SCORE = (
    "run --select current_run scores_rejected risk_score_components risk_score_segments risk_score_members risk_scores"
)
# Two runs, member by member.
COMPARE = "run --select current_batch age_bands run_comparison"
LOAD = "run --select path:models/staging --exclude resource_type:seed"
LOAD_MEMBERS = "run --select raw_members stg_issuer__members_typed stg_issuer__members stg_issuer__loads"

# What a run in progress writes for itself; the next run replaces it.
_OF_THE_RUN_IN_PROGRESS = {"main_runs.current_run", "main_analytics.current_batch"}
# Which run or batch a row belongs to, in tables that keep them.
_OWNER = {"main_runs": ("batch_id", "run_id"), "main_analytics": ("batch_id",)}

Fingerprints = Mapping[str, tuple[int, int]]
Fault = Sequence[str] | None


@dataclass(frozen=True)
class Ended:
    """How a dbt command ended: its exit code, or minus the signal; and what a person saw of it."""

    status: int
    console: str = field(repr=False)

    def __bool__(self) -> bool:
        return self.status == 0


class Driver:
    """The process that runs the commands; see fault_driver."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fault_driver.py")), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@dataclass
class Issuer:
    """A database of a few members, scored once, under a copy of the project.

    Attributes:
        base: Where the copy of the project, the issuer's files and the database as built lie. For reading only.
        folder: Where this issuer's database and logs lie.
        driver: Runs its commands.
    """

    base: Path
    folder: Path
    driver: Driver
    _commands: int = 0

    @property
    def database(self) -> Path:
        return self.folder / AWKWARD / AWKWARD_FILE

    @property
    def raw(self) -> Path:
        return self.base / AWKWARD / "raw"

    def start(self, command: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Callable[[], Ended]:
        """Start a dbt command; what is returned waits for its end.

        Args:
            command: Without folders.
            variables: For `--vars`.
            options: See `dbt`.
        """
        raw, fault, settings = options.get("raw"), options.get("fault"), options.get("settings") or {}
        self._commands += 1
        console = self.folder / f"console {self._commands}"
        arguments = project_arguments(self.base, command, self.folder / "target", self.folder / "logs")
        if variables:
            arguments += ["--vars", yaml.safe_dump(dict(variables), sort_keys=False)]
        environment = {
            "RA_DUCKDB_PATH": str(self.database),
            "RA_RAW_PATH": str(raw or self.raw),
            "RA_LOCK_WAIT_SECONDS": "0",
            **settings,
        }
        pid = self.driver.ask(arguments=arguments, environment=environment, fault=fault, console=str(console))["pid"]

        def wait() -> Ended:
            status = self.driver.ask(wait=pid)["status"]
            seen = console.read_text(encoding="utf-8", errors="replace")
            print(seen)
            return Ended(status, seen)

        return wait

    def dbt(
        self,
        command: str,
        variables: Mapping[str, Any] | None = None,
        *,
        raw: Path | None = None,
        fault: Fault = None,
        settings: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run a dbt command to its end.

        Args:
            command: Without folders.
            variables: For `--vars`.
            raw: Folder of the files to load; by default those that are loaded.
            fault: A name of fault_driver.FAULTS, and its arguments.
            settings: Environment of the command, beside that of all.
        """
        return self.start(command, variables, raw=raw, fault=fault, settings=settings)()

    def last_console(self) -> str:
        """What the newest command has printed so far."""
        console = self.folder / f"console {self._commands}"
        return console.read_text(encoding="utf-8", errors="replace") if console.exists() else ""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        ((value,),) = self.query(sql)
        return value

    def change(self, *statements: str) -> None:
        """Change the database behind dbt's back."""
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def runs(self) -> dict[str, tuple[str, str | None]]:
        """Status and error summary of every run, by id."""
        rows = self.query(
            "select run_id, status, error_summary from main_runs.run_registry order by started_at, run_id"
        )
        return {run_id: (status, summary) for run_id, status, summary in rows}

    def fingerprints(self, without_runs: Set[str] = frozenset()) -> Fingerprints:
        return fingerprints_of(self.database, without_runs)


def fingerprints_of(database: Path, without_runs: Set[str] = frozenset()) -> Fingerprints:
    """Row count, and a hash of the rows whatever their order, of every table, and of the text of every view.

    Args:
        database: The file.
        without_runs: Runs whose rows do not count, wherever tables keep rows by run.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, list(column_name) from duckdb_columns()"
            " where database_name = current_database() and not internal group by all order by all"
        ).fetchall()
        found: dict[str, tuple[int, int]] = {}
        views = dict(
            connection.execute(
                "select schema_name || '.' || view_name, sql from duckdb_views() where not internal"
            ).fetchall()
        )
        for schema, table, columns in tables:
            name = f"{schema}.{table}"
            if name in _OF_THE_RUN_IN_PROGRESS:
                continue
            if name in views:
                found[name] = connection.execute("select 0, cast(hash(?) as hugeint)", [views[name]]).fetchone()
                continue
            owner = next((column for column in _OWNER.get(schema, ()) if column in columns), None)
            where = f"where {owner} is null or not list_contains(?, {owner})" if owner else ""
            # The sum and not bit_xor: two equal rows would be as none.
            sql = f'select count(*), coalesce(sum(hash(rows)), 0) from (from "{schema}"."{table}" {where}) as rows'
            found[name] = connection.execute(sql, [sorted(without_runs)] if owner else []).fetchone()
    return found


def rows_of_run(issuer: Issuer, run_id: str) -> dict[str, int]:
    """How many rows of a run the result tables of scoring and analysis hold; tables without any are left out."""
    with duckdb.connect(str(issuer.database), read_only=True) as connection:
        tables = connection.execute("""
            select columns.schema_name || '.' || columns.table_name, columns.column_name
            from duckdb_columns() as columns
            inner join duckdb_tables() as tables using (table_oid)
            where (columns.schema_name, columns.column_name)
                in (('main_runs', 'run_id'), ('main_analytics', 'batch_id'))
                and columns.table_name
                not in ('run_registry', 'run_metrics', 'batch_runs', 'current_run', 'current_batch')
        """).fetchall()
        assert tables
        found = {
            name: connection.execute(f"select count(*) from {name} where {key} = ?", [run_id]).fetchall()[0][0]
            for name, key in tables
        }
    return {name: count for name, count in found.items() if count}


@contextmanager
def nothing_else_changes(issuer: Issuer, command: str, variables: Mapping[str, Any] | None = None) -> Iterator[None]:
    """The law of all faults of a run: inside, the fault happens, once or several times.

    Afterwards the same command must work, the registry must say of every run that met the fault how it ended, nothing
    of those may be left but their rows in the registry and their metrics, and all else must be as it was before.
    """
    known = issuer.runs()
    before = issuer.fingerprints()
    yield
    faulty = {run_id: status for run_id, (status, _) in issuer.runs().items() if run_id not in known}
    assert faulty, "the fault must have met a registered run"
    repeated = issuer.dbt(command, variables)
    assert repeated, "a repeat of the command works"

    runs = issuer.runs()
    for run_id, status in faulty.items():
        # Of a process that could not say it itself, the next one does.
        assert runs[run_id][0] == ("abandoned" if status in ("started", "abandoned") else "failed")
        assert runs[run_id][1]
        assert rows_of_run(issuer, run_id) == {}
    (second,) = set(runs) - set(known) - set(faulty)
    assert runs[second] == ("completed", None)
    assert rows_of_run(issuer, second)
    after = issuer.fingerprints(set(runs) - set(known))
    # Tables of results that no run before has written are there now, and empty but for these runs; and views.
    assert {name: rows for name, rows in after.items() if name not in before and rows[0]} == {}
    assert {name: after.get(name) for name in before} == before


def assert_clear(ended: Ended, *expected: str, secret: str = "") -> None:
    """It has failed with words for people: what was found, where and what to do; no traceback and no member's value."""
    assert not ended
    missing = [text for text in expected if text not in ended.console]
    assert not missing, missing
    assert "Traceback" not in ended.console
    assert not secret or secret not in ended.console


def project_arguments(base: Path, command: str, target: Path, logs: Path) -> list[str]:
    folders = {"project": base / AWKWARD / "project", "profiles": base / AWKWARD / "project"}
    arguments = ["--no-use-colors", *command.split()]
    arguments += ["--project-dir", str(folders["project"]), "--profiles-dir", str(folders["profiles"])]
    arguments += ["--target-path", str(target), "--log-path", str(logs)]
    if command.startswith(("run ", "build", "snapshot", "seed")):
        arguments += ["--no-write-json", "--log-level-file", "none"]
    return arguments


def write_members(issuer: Issuer, folder: Path, change: Callable[[str], str] = str, limit: int | None = None) -> Path:
    """A later delivery, of the issuer's members only, with changed lines.

    Args:
        issuer: Whose members.
        folder: For the delivery; made.
        change: Of a line; the header is left as it is.
        limit: How many members it names; the others have left.
    """
    header, *lines = (issuer.raw / "raw_members.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    folder.mkdir(parents=True)
    (folder / "raw_members.csv").write_text(header + "".join(map(change, lines[:limit])), encoding="utf-8")
    (folder / "delivery.json").write_text('{"load_timestamp": "2098-01-01T00:00:00"}', encoding="utf-8")
    return folder
