"""The register of the CMS tables: what each (model year, table) holds, and proof that nothing changed unnoticed.

`cms_publication.csv` lies beside the tables and carries, for every model year of every table, where the rows come
from, how many there are and a hash of their content. People write the words; this module writes the two figures.
The same hash is worked out in the database by the dbt macro `cms_table_hash`, on the typed tables as loaded.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hhs_hcc.errors import TableError

PREFIX = "cms_"
REGISTER = "publication"
COLUMNS = (
    "model_year",
    "table_name",
    "model_version",
    "title",
    "source_kind",
    "source_note",
    "published",
    "row_count",
    "content_hash",
    "is_provisional",
    "provisional_reason",
    "is_used_in_scoring",
)
# Columns that only a person can fill in; a new row leaves them empty (the title too, if the table is new).
WRITTEN_BY_PEOPLE = ("title", "source_kind", "source_note", "is_used_in_scoring")

# The model year as text, empty for a table that has none, and the table's name without its prefix.
TableYear = tuple[str, str]
Row = dict[str, str]


@dataclass(frozen=True)
class Problem:
    """One disagreement between a table and the register."""

    table_name: str
    model_year: str
    what: str

    def __str__(self) -> str:
        year = f"model year {self.model_year}" if self.model_year else "undated"
        return f"{PREFIX}{self.table_name}, {year}: {self.what}"


def table_hash(rows: Iterable[Sequence[str]]) -> str:
    """Hash the content of one table for one model year, whatever the order of its rows.

    Args:
        rows: Cells as they stand in the file, in the order of its columns; an empty text is null.

    Returns:
        The SHA-256, in hexadecimal, of the sorted row texts joined by line feeds. A row text is its cells joined by
        `|`. Sorting is by code point, which is also how DuckDB orders text.
    """
    texts = sorted("|".join(row) for row in rows)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def verify(directory: Path) -> list[Problem]:
    """Compare every table in the directory with the register, both ways.

    Args:
        directory: The folder with `cms_<table>.csv` and `cms_publication.csv`.

    Returns:
        At most one problem per (model year, table), in the order of the register; empty when all is well.

    Raises:
        TableError: If the folder, the register or a table cannot be read as what it should be.
    """
    found = _figures(directory)
    register = _read_register(directory)
    times = Counter(_key(row) for row in register)
    published = {_key(row): row for row in register}

    problems = []
    for key in sorted(found.keys() | published.keys(), key=_order):
        what = _disagreements(found.get(key), published.get(key), times[key])
        if what:
            model_year, table_name = key
            problems.append(Problem(table_name, model_year, "; ".join(what)))
    return problems


def refresh(directory: Path) -> list[str]:
    """Bring row counts and hashes of the register up to date and add a row for every new (model year, table).

    A new row repeats the title and the use in scoring of the table's newest earlier year, is marked provisional, and
    leaves to a person what only a person knows; `verify` names those cells until they are filled in. Rows whose
    table is gone stay, for a person to remove.

    Args:
        directory: The folder with `cms_<table>.csv` and `cms_publication.csv`. Only the latter is written.

    Returns:
        What was changed, one line each; empty if the register was up to date, and then it is not written.

    Raises:
        TableError: If the folder, the register or a table cannot be read as what it should be.
    """
    found = _figures(directory)
    register = _read_register(directory)
    changes = []

    for row in register:
        figures = found.get(_key(row))
        if figures is not None and (row["row_count"], row["content_hash"]) != figures:
            changes.append(f"{_label(row)}: {row['row_count'] or 'no'} rows, now {figures[0]}; hash renewed")
            row["row_count"], row["content_hash"] = figures

    for key in sorted(found.keys() - {_key(row) for row in register}, key=_order):
        row = _new_row(key, found[key], register)
        register.append(row)
        changes.append(f"{_label(row)}: added with {row['row_count']} rows")

    if changes:
        register.sort(key=lambda row: _order(_key(row)))
        with (directory / f"{PREFIX}{REGISTER}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(register)
    return changes


def cms_publication(
    directory: Annotated[Path, typer.Argument(help="Folder with the CMS tables.")] = Path("seeds/cms"),
    write: Annotated[
        bool,
        typer.Option("--write/--check", help="Renew row counts and hashes and add new rows, or only compare."),
    ] = False,
) -> None:
    """Check the CMS tables against cms_publication.csv, or bring that file up to date."""
    if write:
        for change in refresh(directory) or ["cms_publication.csv was up to date"]:
            typer.echo(change)
    problems = verify(directory)
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise TableError(
            f"{len(problems)} of the CMS tables in {directory} disagree with cms_publication.csv:\n{lines}\n"
            "If the change is meant, run `hhs-hcc cms-publication --write` and fill in by hand what it leaves empty; "
            "seeds/cms/README.md says how."
        )
    typer.echo(f"All CMS tables in {directory} are as published.")


def _figures(directory: Path) -> dict[TableYear, tuple[str, str]]:
    """Row count, as text, and content hash of every (model year, table) in the folder."""
    files = sorted(directory.glob(f"{PREFIX}*.csv"))
    if not files:
        raise TableError(f"No {PREFIX}*.csv in {directory}. Pass the folder that holds the CMS tables.")
    figures = {}
    for file in files:
        table_name = file.stem.removeprefix(PREFIX)
        if table_name == REGISTER:
            continue
        header, *rows = _read(file)
        by_year: dict[str, list[list[str]]] = {} if "model_year" in header else {"": rows}
        if not by_year:
            position = header.index("model_year")
            for row in rows:
                by_year.setdefault(row[position], []).append(row)
        for model_year, of_year in by_year.items():
            figures[model_year, table_name] = (str(len(of_year)), table_hash(of_year))
    return figures


def _read_register(directory: Path) -> list[Row]:
    file = directory / f"{PREFIX}{REGISTER}.csv"
    if not file.is_file():
        raise TableError(f"{file} does not exist. The register of the CMS tables lies beside them.")
    header, *rows = _read(file)
    if tuple(header) != COLUMNS:
        raise TableError(f"{file} has the columns {', '.join(header)}; expected {', '.join(COLUMNS)}.")
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _read(file: Path) -> Iterator[list[str]]:
    """Header and rows of a file, each row as long as the header."""
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header = next(reader, None)
            if header is None:
                raise TableError(f"{file} is empty. It needs a header row.")
            yield header
            for row in reader:
                if len(row) != len(header):
                    raise TableError(
                        f"{file}, line {reader.line_num}: {len(row)} cells, but the header names {len(header)} columns."
                    )
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise TableError(f"{file}, after line {reader.line_num}: not a UTF-8 CSV file ({error}).") from error


def _disagreements(figures: tuple[str, str] | None, row: Row | None, times: int) -> list[str]:
    if row is None:
        return ["has no row in cms_publication"]
    if figures is None:
        return ["cms_publication names it, but there are no such rows"]
    row_count, content_hash = figures
    what = []
    if times > 1:
        what.append(f"has {times} rows in cms_publication")
    if row["row_count"] != row_count:
        what.append(f"{row_count} rows, published with {row['row_count'] or 'no count'}")
    if row["content_hash"] != content_hash:
        what.append("the content is not the published one")
    what += [f"{column} is empty" for column in WRITTEN_BY_PEOPLE if not row[column]]
    if row["is_provisional"] not in ("true", "false"):
        what.append("is_provisional is neither true nor false")
    elif (row["is_provisional"] == "true") != bool(row["provisional_reason"]):
        what.append("a provisional_reason belongs to provisional rows, and to them only")
    return what


def _new_row(key: TableYear, figures: tuple[str, str], register: Sequence[Row]) -> Row:
    row = dict.fromkeys(COLUMNS, "")
    row["model_year"], row["table_name"] = key
    row["row_count"], row["content_hash"] = figures
    # Until somebody has said otherwise: a run that uses it should not pass for final.
    row["is_provisional"] = "true"
    earlier = [old for old in register if old["table_name"] == row["table_name"] and _order(_key(old)) < _order(key)]
    if earlier:
        newest = max(earlier, key=lambda old: _order(_key(old)))
        for name in ("model_version", "title", "is_used_in_scoring"):
            row[name] = newest[name]
    return row


def _key(row: Row) -> TableYear:
    return row["model_year"], row["table_name"]


def _order(key: TableYear) -> tuple[bool, str, str]:
    """By model year, then table; undated tables last."""
    model_year, table_name = key
    return not model_year, model_year, table_name


def _label(row: Row) -> str:
    return f"{PREFIX}{row['table_name']}, {'model year ' + row['model_year'] if row['model_year'] else 'undated'}"
