"""The staging room in a project of its own: the real macros and models, nothing before or behind them."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[3]
# Descriptions and data tests stay behind: they need the packages of the whole project, and no test here looks at them.
COPIED = (
    "macros/loads/*.sql",
    "macros/project/*.sql",
    "macros/run_registry/*.sql",
    "models/_columns.md",
    "models/staging/raw/*.sql",
    "models/staging/raw/_issuer_files__sources.yml",
    "models/staging/_loads__sources.yml",
    "models/staging/typed/*.sql",
    "models/staging/*.sql",
    # The first model that asks for the staged files or for the relations given instead.
    "models/intermediate/int_coverage_spans.sql",
)


@dataclass
class StagingProject:
    """A dbt project, its database and the folder of its issuer's files."""

    folder: Path
    raw_folder: Path
    manifest: Any = None
    """The project as parsed once; models look at files and vars when they run."""

    def parse(self) -> Any:
        """The manifest, for all projects in this folder."""
        os.environ["RA_DUCKDB_PATH"] = str(self.folder / "staging.duckdb")
        return dbtRunner().invoke(["parse", *self._place]).result

    @property
    def _place(self) -> list[str]:
        place = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        return [*place, "--log-path", str(self.folder / "logs")]

    def run(self, models: str, *, parsed_before: bool = True, **variables: Any) -> str:
        """Run models; returns everything that dbt says, which is what a person would see.

        Some vars are refused when models are parsed: a command in a shell parses with them.
        """
        os.environ["RA_RAW_PATH"] = str(self.raw_folder)
        os.environ["RA_DUCKDB_PATH"] = str(self.folder / "staging.duckdb")
        arguments = ["--no-use-colors", "run", "--select", *models.split(), *self._place]
        arguments += ["--no-write-json", "--log-level-file", "none"]
        said: list[str] = []
        runner = dbtRunner(
            self.manifest if parsed_before else None, callbacks=[lambda event: said.append(event.info.msg)]
        )
        answer = runner.invoke([*arguments, *(["--vars", yaml.safe_dump(variables)] if variables else [])])
        return "\n".join([*said, str(answer.exception or "")])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "staging.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def start_anew(self) -> None:
        """Throw the database away."""
        _close_database()
        (self.folder / "staging.duckdb").unlink(missing_ok=True)

    def save(self, name: str) -> None:
        """Keep the database as it is now, for `restore`."""
        _close_database()
        shutil.copy(self.folder / "staging.duckdb", self.folder / f"{name}.duckdb")

    def restore(self, name: str) -> None:
        """Put a saved database in place."""
        _close_database()
        shutil.copy(self.folder / f"{name}.duckdb", self.folder / "staging.duckdb")

    def write(self, name: str, content: str) -> None:
        self.raw_folder.mkdir(parents=True, exist_ok=True)
        (self.raw_folder / name).write_bytes(content.encode())


def _close_database() -> None:
    """dbt-duckdb keeps it open between commands of one process."""
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def create_project(folder: Path) -> StagingProject:
    for source in (path for pattern in COPIED for path in PROJECT.glob(pattern)):
        target = folder / source.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    project["on-run-start"] = ["{{ open_load() }}"]
    project.pop("on-run-end")
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    profile = {"type": "duckdb", "path": "{{ env_var('RA_DUCKDB_PATH') }}", "schema": "main", "threads": 1}
    # On files of a few lines a second thread only costs time; a test with a large file asks for more.
    profile["settings"] = {"preserve_insertion_order": False, "threads": "{{ env_var('STAGING_THREADS', '1') }}"}
    profile["plugins"] = [{"module": "hhs_hcc.dbt_plugin"}]
    outputs = {"target": "dev", "outputs": {"dev": profile}}
    (folder / "profiles.yml").write_text(yaml.safe_dump({"risk_adjustment": outputs}))
    return StagingProject(folder, folder / "raw")
