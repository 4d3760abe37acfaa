"""The database as the commands read it: opened without dbt and for reading only, and runs found by name."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hhs_hcc.errors import HhsHccError

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Database = Annotated[
    Path | None, typer.Option(help="The DuckDB file. (default: RA_DUCKDB_PATH, or risk_adjustment.duckdb)")
]
Row = dict[str, Any]


class AnalysisType(StrEnum):
    """What kinds of runs there are."""

    SCORING = "scoring"
    COMPARISON = "comparison"
    DECOMPOSITION = "decomposition"


_HOW_TO_RUN = {
    AnalysisType.SCORING: "Score first: dbt build --select +tag:scoring",
    AnalysisType.COMPARISON: "Compare first: hhs-hcc run scenarios/comparison/FILE",
    AnalysisType.DECOMPOSITION: "Decompose first: hhs-hcc run scenarios/decomposition/FILE",
}


def newest_first(columns: Collection[str]) -> str:
    """The order of runs in which the newest, which `latest` names, comes first.

    Args:
        columns: Of run_registry. Runs are numbered as they are registered, because a clock can be set back. Databases
            that no dbt command of this version has seen know of their runs only when they started.
    """
    return "run_number desc" if "run_number" in columns else "started_at desc, run_id"


class RunNotFoundError(HhsHccError):
    """The database holds no such run."""


class Warehouse:
    """An open database. Use `open_warehouse`."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """The answer to a query, one dictionary per row."""
        with _without_values():
            found = self._connection.execute(sql, list(values))
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def frame(self, sql: str, values: Mapping[str, Any]) -> "pl.DataFrame":
        """The answer to a query with named values (`$name`), as a frame."""
        with _without_values():
            return self._connection.execute(sql, dict(values)).pl()

    def require_registry(self) -> None:
        """Refuse a database in which no run has been registered.

        Raises:
            RunNotFoundError: If it has no run registry.
        """
        if not self.rows(
            "select 1 from duckdb_tables() where schema_name = 'main_runs' and table_name = 'run_registry'"
        ):
            raise RunNotFoundError("The database has no run registry yet. Score first: dbt build --select +tag:scoring")

    def scoring_run(self, label: str | None) -> Row:
        """The registry's row of a completed scoring run; see `completed_run`."""
        return self.completed_run(AnalysisType.SCORING, label)

    def completed_run(self, analysis_type: AnalysisType, label: str | None) -> Row:
        """The registry's row of a completed run.

        Args:
            analysis_type: Its kind.
            label: A run_id, a run_description (the newest run that has it), or `latest`; None is latest.

        Raises:
            RunNotFoundError: If there is no such run, or it is of another type, or has no results.
        """
        self.require_registry()
        completed = f"from main_runs.run_registry where status = 'completed' and analysis_type = '{analysis_type}'"
        order = self._newest_first()
        newest = self.rows(f"select run_id {completed} order by {order} limit 3")
        if label in (None, "", "latest"):
            if not newest:
                raise RunNotFoundError(f"No {analysis_type} run has completed yet. {_HOW_TO_RUN[analysis_type]}")
            label = newest[0]["run_id"]
        # An id is free again once its run has failed: the completed one of that id is meant.
        by_id = self.rows(
            "select * from main_runs.run_registry where run_id = lower(?)"  # noqa: S608 - an order of this module
            f" order by status = 'completed' desc, {order} limit 1",
            [label],
        )
        by_description = self.rows(f"select * {completed} and run_description = ? order by {order} limit 1", [label])
        for run in by_id or by_description:
            if run["status"] == "completed" and run["analysis_type"] == analysis_type:
                return run
            raise RunNotFoundError(
                f"Run {label} is a {run['analysis_type']} run and is {run['status']}: it has no {analysis_type} "
                f"results to show. hhs-hcc runs --type {analysis_type} --status completed lists those that have."
            )
        known = ", ".join(row["run_id"] for row in newest) or "none"
        raise RunNotFoundError(
            f"There is no run {label}; the newest completed {analysis_type} runs: {known}. "
            "Give a run_id, a run_description or latest; hhs-hcc runs lists all."
        )

    def _newest_first(self) -> str:
        columns = self.rows(
            "select column_name from duckdb_columns() where schema_name = 'main_runs' and table_name = 'run_registry'"
        )
        return newest_first([column["column_name"] for column in columns])


@contextmanager
def _without_values() -> Iterator[None]:
    """Turn an error of the engine, which may quote a member's value, into one that says its kind only."""
    import duckdb  # noqa: PLC0415 - the connection exists, so the module does

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise HhsHccError(
            "DuckDB lacks memory, or room on the disk beside the database for what does not fit into it, or cannot "
            f"read the file ({type(error).__name__}). End other programs, make room, and run this command again."
        ) from None
    except duckdb.Error as error:
        raise HhsHccError(
            f"A table of the database cannot be read ({type(error).__name__}): it is not as this version makes it, or "
            "was changed by hand. Build it anew: dbt build --select +tag:scoring"
        ) from None


@contextmanager
def open_warehouse(database: Path | None) -> Iterator[Warehouse]:
    """The database, for reading; closed at the end.

    Raises:
        HhsHccError: If it does not exist or cannot be opened, or DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415 - only the commands that read the warehouse need it
    except ImportError as error:
        raise HhsHccError("This command reads a DuckDB file: install the package as hhs-hcc[dbt].") from error
    file = database or Path(os.environ.get("RA_DUCKDB_PATH", "risk_adjustment.duckdb"))
    if not file.is_file():
        raise HhsHccError(f"There is no database {file}. Score first, for example with `make demo`.")
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        from hhs_hcc.database_opening import why_not_opened  # noqa: PLC0415 - the same

        raise HhsHccError(why_not_opened(file, error)) from error
    try:
        yield Warehouse(connection)
    finally:
        connection.close()
