"""`make simulate`: replay the deliveries of a demo issuer, and show what each of them does to the warehouse.

Each is made by `hhs-hcc synth`, loaded and taken through snapshots, facts and cubes, in a database of its own beside
the files. A line per delivery says how many versions it began and ended, how many claim lines the facts hold, and
whether files and facts agree.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from hhs_hcc.errors import HhsHccError
from hhs_hcc.synth import synthesize
from hhs_hcc.tables import bundled_directory

DIMENSIONS = ("member", "plan", "provider")
LINE = "{:>4}  {:<10}  {:>15}  {:>15}  {:>15}  {:>11}  {:>9}  {:>17}"
HEADINGS = ("load", "made", *(f"{name} versions" for name in DIMENSIONS), "claim lines", "from it", "files minus facts")
DELIVER = ("dbt", "--quiet", "build", "--selector", "warehouse_job", "--exclude-resource-type", "test")
PROVE = ("dbt", "--quiet", "test", "--selector", "warehouse_job")


def simulate(
    folder: Annotated[Path, typer.Option(help="For the files and the database; what it holds is replaced.")],
    members: Annotated[int, typer.Option(min=1, help="How many people.")] = 1000,
    year: Annotated[int, typer.Option(help="Calendar year of coverage and claims.")] = 2025,
    deliveries: Annotated[int, typer.Option(min=1, help="How many deliveries.")] = 4,
    changes: Annotated[float, typer.Option(help="Share that changes from one delivery to the next.")] = 0.05,
) -> None:
    """Replay deliveries, a line each; then run the tests of the warehouse."""
    database = folder.resolve() / "simulation.duckdb"
    for leftover in (database, Path(f"{database}.wal")):
        leftover.unlink(missing_ok=True)
    for earlier in folder.glob("delivery_*"):
        shutil.rmtree(earlier)
    print(LINE.format(*HEADINGS), flush=True)
    for number in range(1, deliveries + 1):
        files = folder / f"delivery_{number}"
        synthesize(
            members,
            year,
            1,
            files,
            tables_directory=bundled_directory(),
            delivery=number,
            of=deliveries,
            changes=changes,
        )
        _run(DELIVER, database, files)
        with duckdb.connect(str(database), read_only=True) as connection:
            print(LINE.format(*_what_the_last_load_did(connection)), flush=True)
    _run(PROVE, database, files)
    print(f"All tests of the warehouse pass. Database: {database}")


def _run(command: tuple[str, ...], database: Path, files: Path) -> None:
    environment = {**os.environ, "RA_DUCKDB_PATH": str(database), "RA_RAW_PATH": str(files.resolve())}
    answer = subprocess.run(command, env=environment, check=False)  # noqa: S603 - fixed commands
    if answer.returncode:
        raise HhsHccError(f"dbt has stopped at the delivery in '{files}'; its messages stand above.")


def _what_the_last_load_did(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The cells of a line; counts only."""
    load_id, made_at = connection.execute(
        "select load_id, load_timestamp from main_raw.load_batches order by load_timestamp desc limit 1"
    ).fetchall()[0]
    cells = [f"{load_id}", f"{made_at:%Y-%m-%d}"]
    for dimension in DIMENSIONS:
        relation = f"main_warehouse.dim_{dimension}"
        begun, ended = connection.execute(
            f"select count_if(load_id = $id), count_if(validity_end_ts = $end) from {relation}",  # noqa: S608
            {"id": load_id, "end": made_at},
        ).fetchall()[0]
        cells.append(f"+{begun:,} -{ended:,}")
    lines, from_it = connection.execute(
        "select count(*), count_if(load_id = $id) from main_warehouse.fct_claim_line", {"id": load_id}
    ).fetchall()[0]
    differences = connection.execute(
        "select sum(abs(columns('_difference$'))) from main_monitoring.load_reconciliation"
    ).fetchall()[0]
    return [*cells, f"{lines:,}", f"{from_it:,}", f"{sum(differences)}"]


if __name__ == "__main__":
    try:
        typer.run(simulate)
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
