"""The real dbt project, run in this process on a database, a target folder and a log folder of the tests' own."""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

REPOSITORY = Path(__file__).resolve().parents[3]
FROM_THE_FILES_ON = "run --select +tag:scoring path:models/staging --exclude resource_type:seed"
SCORE = "run --select tag:scoring"

Vars = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended."""

    success: bool
    console: str = field(repr=False)
    """Standard output and standard error, as a person sees them."""
    statuses: Mapping[str, str]
    """Node name to status, of the nodes that ran."""
    result: Any = field(repr=False)

    def __bool__(self) -> bool:
        return self.success


@dataclass
class RealProject:
    """A database under the real project.

    Copies of a database take the same place one after the other: another path would make dbt parse the whole project
    anew, because the profile names it.
    """

    folder: Path
    raw: Path
    database: Path
    manifest: Any = field(default=None, repr=False)
    writes_artifacts: bool = False
    """Whether runs and tests leave their artifacts and dbt.log behind; writing them takes a third of their time."""
    consoles: list[str] = field(default_factory=list, repr=False)
    """What every command so far has printed."""

    @property
    def target(self) -> Path:
        return self.folder / "target"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def profiles(self) -> Path:
        """The project's own profiles, but with one thread for DuckDB.

        A second one takes a fifth of the time of a command on tables as small as these, and with several workers of
        pytest no core is left for it.
        """
        file = self.folder / "profiles" / "profiles.yml"
        if not file.exists():
            profiles = yaml.safe_load((REPOSITORY / "profiles.yml").read_text(encoding="utf-8"))
            for output in profiles["risk_adjustment"]["outputs"].values():
                output["settings"] |= {"threads": 1}
            file.parent.mkdir(parents=True)
            file.write_text(yaml.safe_dump(profiles), encoding="utf-8")
        return file.parent

    def copy_to(self, folder: Path) -> "RealProject":
        """The saved databases, and the project as it was parsed for them, in a folder where they can be used.

        The copy writes no comments into tables: a tenth of the time of a command, and test_docs looks for them in
        what was built before. A command with `parsed_before=False` does.
        """
        for file in self.folder.glob(f"{self.database.stem}.*"):
            shutil.copy(file, folder)
        shutil.copytree(self.target, folder / "target")
        copy = RealProject(folder, self.raw, folder / self.database.name)
        manifest = Manifest.from_msgpack(
            (copy.target / "partial_parse.msgpack").read_bytes(), decoder=extended_mashumuro_decoder
        )
        for node in manifest.nodes.values():
            if hasattr(node.config, "persist_docs"):
                node.config.persist_docs = {}
        manifest.build_flat_graph()
        copy.manifest = manifest
        return copy

    def arguments(self, command: str, variables: Vars | None = None) -> list[str]:
        arguments = ["--no-use-colors", *command.split()]
        if not command.startswith("--version"):
            arguments += ["--project-dir", str(REPOSITORY), "--profiles-dir", str(self.profiles)]
            arguments += ["--target-path", str(self.target), "--log-path", str(self.logs)]
        if command.startswith(("run ", "build", "test", "seed")) and not self.writes_artifacts:
            arguments += ["--no-write-json", "--log-level-file", "none"]
        return [*arguments, "--vars", yaml.safe_dump(dict(variables), sort_keys=False)] if variables else arguments

    def environment(self, raw: Path | None = None) -> dict[str, str]:
        return {"RA_DUCKDB_PATH": str(self.database), "RA_RAW_PATH": str(raw or self.raw)}

    def dbt(
        self, command: str, variables: Vars | None = None, *, raw: Path | None = None, parsed_before: bool = True
    ) -> Outcome:
        """Run a dbt command.

        Args:
            command: Without project, profile, target and log folders.
            variables: For `--vars`.
            raw: Folder of the issuer's files; that of the project by default.
            parsed_before: Take the project as parsed once per session. False parses (partially) like any command in
                a shell: other vars cost two seconds then.
        """
        if parsed_before and self.manifest is None:
            self.manifest = self.dbt("parse", parsed_before=False).result
        console = io.StringIO()
        runner = dbtRunner(manifest=self.manifest if parsed_before else None)
        with (
            _environment(self.environment(raw)),
            contextlib.redirect_stdout(console),
            contextlib.redirect_stderr(console),
        ):
            answer = runner.invoke(self.arguments(command, variables))
        _close_database()
        self.consoles.append(console.getvalue())
        if not answer.success:
            sys.stdout.write(console.getvalue())
        nodes = getattr(answer.result, "results", [])
        return Outcome(
            success=answer.success,
            console=console.getvalue() + (str(answer.exception) if answer.exception else ""),
            statuses={node.node.name: str(node.status) for node in nodes if hasattr(node, "node")},
            result=answer.result,
        )

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query; the database is closed again, since dbt wants it for itself."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).pl()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        """The one value of a query."""
        ((value,),) = self.query(sql)
        return value

    def change(self, *statements: str) -> None:
        """Change the database behind dbt's back."""
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def save(self, name: str) -> None:
        shutil.copy(self.database, self.database.with_suffix(f".{name}"))

    def restore(self, name: str) -> None:
        """Put a saved database in place; what was done since is gone."""
        Path(f"{self.database}.wal").unlink(missing_ok=True)
        shutil.copy(self.database.with_suffix(f".{name}"), self.database)

    def last_run(self) -> dict[str, Any]:
        """The newest row of the run registry."""
        runs = self.frame("from main_runs.run_registry order by started_at desc limit 1")
        return runs.row(0, named=True)

    def scores(self, run_id: str | None = None) -> pl.DataFrame:
        """risk_scores of a run, by default the newest; one row per member, sorted."""
        chosen = run_id or self.last_run()["run_id"]
        return self.frame(f"from main_runs.risk_scores where run_id = '{chosen}' order by member_id")

    def result_tables(self) -> list[str]:
        """Tables that hold rows of runs."""
        rows = self.query("""
            select distinct columns.table_name
            from duckdb_columns() as columns
            inner join duckdb_tables() as tables using (table_oid)
            where columns.schema_name = 'main_runs' and columns.column_name = 'run_id'
                and columns.table_name not in ('run_registry', 'run_metrics', 'batch_runs', 'current_run')
            order by all
        """)
        return [name for (name,) in rows]

    def rows_by_table(self, run_id: str) -> dict[str, int]:
        """How many rows of a run each result table holds."""
        return {
            table: self.value(f"select count(*) from main_runs.{table} where run_id = '{run_id}'")
            for table in self.result_tables()
        }


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _close_database() -> None:
    """A dbt command in a shell ends with its process; here dbt-duckdb would keep the file open."""
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()
