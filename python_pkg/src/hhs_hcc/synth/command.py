"""`hhs-hcc synth`: a demo issuer from the command line."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.errors import InputError
from hhs_hcc.progress import progress
from hhs_hcc.synth.generate import SynthSummary, synthesize
from hhs_hcc.synth.schedule import CHANGES, DELIVERIES
from hhs_hcc.tables import bundled_directory
from hhs_hcc.terminal import print_json, say


def synth_command(
    members: Annotated[int, typer.Option("--members", min=1, help="How many people in a year.")],
    year: Annotated[
        list[int],
        typer.Option(
            "--year",
            metavar="YEAR",
            help="Calendar year of coverage and claims. Give it again for more years in the same files: "
            "--year 2024 --year 2025.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the six raw files; made if it does not exist.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same people, in every year.")] = 1,
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Of the files.")] = "csv",
    tables: Annotated[
        Path | None, typer.Option("--tables", help="CMS tables; by default those of the package.")
    ] = None,
    delivery: Annotated[
        int | None, typer.Option("--delivery", help="Which delivery of the year, from 1; else one with everything.")
    ] = None,
    of: Annotated[
        int | None, typer.Option("--of", help=f"How many deliveries the year has; {DELIVERIES} unless told.")
    ] = None,
    changes: Annotated[
        float | None,
        typer.Option("--changes", help=f"Share that changes from delivery to delivery; {CHANGES} unless told."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the delivery that the folder holds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON, for programs.")] = False,
) -> None:
    """Write the files of an invented issuer: members, enrollments, plans, providers, claims, supplementals."""
    if delivery is None and (of is not None or changes is not None):
        raise InputError("--of and --changes speak of a series of deliveries. Say which one to make: add --delivery 1.")
    with progress(as_json=as_json) as tell:
        summary = synthesize(
            members,
            year,
            seed,
            out,
            file_format,
            tables_directory=tables or bundled_directory(),
            overwrite=overwrite,
            delivery=delivery,
            of=DELIVERIES if of is None else of,
            changes=CHANGES if changes is None else changes,
            on_progress=tell,
        )
    if as_json:
        print_json({"folder": str(out), **asdict(summary)})
    else:
        _print(summary, out, max(year))


def _print(summary: SynthSummary, out: Path, newest_year: int) -> None:
    tables = [_counts(f"Demo issuer in {out}", ("file", "rows"), summary.row_counts)]
    if summary.change_counts:
        tables.append(_by_kind("changed since the delivery before", summary.change_counts))
    tables.append(_by_kind("dirt planted on purpose", summary.dirt_counts))
    console = Console()
    console.print(*tables)
    years = f"{{diy_model_year: {newest_year}, benefit_year: {newest_year}}}"
    folder = shlex.quote(str(out))
    say(
        console,
        "Next, take the files in and score them, or only keep them for the warehouse:",
        f"  RA_RAW_PATH={folder} dbt build --select +tag:scoring --vars '{years}'",
        f"  make load DIR={folder}",
    )


def _by_kind(what: str, counts: dict[str, int]) -> Table:
    by_name = {kind.replace("_", " "): count for kind, count in sorted(counts.items())}
    return _counts(None, (what, "rows or claims"), by_name)


def _counts(title: str | None, headers: tuple[str, str], counts: dict[str, int]) -> Table:
    table = Table(*headers, title=title, title_justify="left")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    return table
