"""`hhs-hcc report`: pages to look at, from the database."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hhs_hcc.errors import HhsHccError
from hhs_hcc.progress import progress
from hhs_hcc.terminal import print_json, say
from hhs_hcc.warehouse import AnalysisType, Database, RunNotFoundError, Warehouse, open_warehouse

app = typer.Typer(
    name="report", help="Write reports for a browser: pages that need no network, and CSV files.", no_args_is_help=True
)

_LABEL = "its run_id or run_description, or latest."
RunId = Annotated[str, typer.Argument(metavar="RUN_ID", help=f"A scoring run: {_LABEL}")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH_ID", help=f"A comparison or decomposition run: {_LABEL}")]
Out = Annotated[Path, typer.Option(help="The folder of all reports.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the paths as JSON, for programs.")]
OUT = Path("reports")


@dataclass(frozen=True)
class _Wanted:
    """A report to write: its kind, what its builder is called with, and whether it may be missing."""

    kind: str
    arguments: Sequence[str] = ()
    options: dict[str, Any] = field(default_factory=dict)
    if_there: bool = False


@app.command("run")
def run_command(run_id: RunId, out: Out = OUT, database: Database = None, as_json: AsJson = False) -> None:
    """Report a scoring run: members, scores by plan, HCCs and RXCs, which claims counted and why others did not."""
    _write([_Wanted("run", [run_id])], out, database, as_json)


@app.command("comparison")
def comparison_command(
    batch_id: BatchId,
    out: Out = OUT,
    database: Database = None,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Also list the largest movers one by one, under invented names (PHI).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Report two runs side by side: what changed, for whom, and by which HCCs."""
    _write([_Wanted("comparison", [batch_id], {"pseudonyms": pseudonyms})], out, database, as_json)


@app.command("decomposition")
def decomposition_command(
    batch_id: BatchId, out: Out = OUT, database: Database = None, as_json: AsJson = False
) -> None:
    """Report why a score moved: a waterfall from the baseline over each driver to the actual."""
    _write([_Wanted("decomposition", [batch_id])], out, database, as_json)


@app.command("lag")
def lag_command(out: Out = OUT, database: Database = None, as_json: AsJson = False) -> None:
    """Report how long claims take to arrive: maturity curves by year."""
    _write([_Wanted("lag")], out, database, as_json)


@app.command("index")
def index_command(out: Out = OUT, database: Database = None, as_json: AsJson = False) -> None:
    """List all runs in a page that can be filtered, with links to the reports that are there."""
    _write([], out, database, as_json)


@app.command("all")
def all_command(out: Out = OUT, database: Database = None, as_json: AsJson = False) -> None:
    """Report the newest run, comparison and decomposition, the runs that these two read, and claim lag.

    What has not run yet is left out.
    """
    newest = [_Wanted(kind, ["latest"], if_there=True) for kind in ("comparison", "decomposition")]
    with open_warehouse(database) as warehouse:
        runs = [_Wanted("run", [run_id]) for run_id in _newest_runs(warehouse)]
    _write([*runs, *newest, _Wanted("lag", if_there=True)], out, database, as_json)


def _newest_runs(warehouse: Warehouse) -> list[str]:
    """The newest scoring run and those that the newest comparison and decomposition have read, newest first."""
    newest = warehouse.scoring_run(None)["run_id"]
    batches = []
    for kind in (AnalysisType.COMPARISON, AnalysisType.DECOMPOSITION):
        with suppress(RunNotFoundError):
            batches.append(warehouse.completed_run(kind, None)["run_id"])
    read = warehouse.rows(
        """
        select distinct run_registry.run_id, run_registry.started_at
        from main_runs.batch_runs
        inner join main_runs.run_registry on batch_runs.run_id = run_registry.run_id
        where list_contains(?, batch_runs.batch_id)
            and run_registry.status = 'completed' and run_registry.run_id != ?
        order by run_registry.started_at desc
        """,
        [batches, newest],
    )
    return [newest, *(row["run_id"] for row in read)]


def _write(wanted: Sequence[_Wanted], out: Path, database: Path | None, as_json: bool) -> None:
    """Write reports and, because a page is found through it, the list of runs."""
    console = Console(stderr=True, quiet=as_json)
    pages: list[tuple[str, Path]] = []
    with open_warehouse(database) as warehouse:
        warehouse.require_registry()
        for number, one in enumerate(wanted, start=1):
            started = time.monotonic()
            with progress(as_json=as_json) as tell:
                tell(f"report: {one.kind}", number, len(wanted))
                page = _page(one, warehouse, out)
            if page is None:
                say(console, f"{one.kind}: nothing to report yet")
            else:
                pages.append((one.kind, page))
                say(console, f"{one.kind}: {page} ({time.monotonic() - started:.1f} s)")
        index = _module("index").write_index(warehouse, out)
    if as_json:
        print_json({"pages": [{"kind": kind, "path": str(page)} for kind, page in pages], "index": str(index)})
    else:
        say(Console(), "Next, open in a browser:", f"  {index}")


def _page(wanted: _Wanted, warehouse: Warehouse, out: Path) -> Path | None:
    build = getattr(_module(f"{wanted.kind}.report"), f"{wanted.kind}_report")
    try:
        report = build(warehouse, *wanted.arguments, **wanted.options)
    except RunNotFoundError:
        if wanted.if_there:
            return None
        raise
    page: Path = _module("page").write_report(report, out)
    return page


def _module(name: str) -> Any:
    """A module of this package, loaded when it is needed: charts take a second, and not every installation has them."""
    try:
        return import_module(f"hhs_hcc.reports.{name}")
    except ImportError as error:
        if (error.name or "").startswith("hhs_hcc"):
            raise
        raise HhsHccError("Reports need more packages: install the package as hhs-hcc[dbt,reports].") from error
