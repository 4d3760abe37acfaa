"""`hhs-hcc synth`: a demo issuer from the command line."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.synth.generate import SynthSummary, synthesize
from hhs_hcc.tables import bundled_directory


def synth_command(
    members: Annotated[int, typer.Option("--members", min=1, help="How many people.")],
    year: Annotated[int, typer.Option("--year", help="Calendar year of coverage and claims.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the six raw files; made if it does not exist.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same people, in every year.")] = 1,
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Of the files.")] = "csv",
    tables: Annotated[
        Path | None, typer.Option("--tables", help="CMS tables; by default those of the package.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace raw files that the folder holds.")] = False,
) -> None:
    """Write the files of an invented issuer: members, enrollments, plans, providers, claims, supplementals."""
    summary = synthesize(
        members, year, seed, out, file_format, tables_directory=tables or bundled_directory(), overwrite=overwrite
    )
    _print(summary, out)


def _print(summary: SynthSummary, out: Path) -> None:
    console = Console()
    files = Table("file", "rows", title=f"Demo issuer in {out}", title_justify="left")
    for name, count in summary.row_counts.items():
        files.add_row(name, f"{count:,}")
    dirt = Table("dirt planted on purpose", "rows or claims")
    for kind, count in sorted(summary.dirt_counts.items()):
        dirt.add_row(kind.replace("_", " "), f"{count:,}")
    console.print(files, dirt)
