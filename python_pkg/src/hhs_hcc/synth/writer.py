"""A delivery on disk: six files in the columns of the layout, and delivery.json.

Cells of nulls are empty; there is one numbered part per block if there are several blocks.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from hhs_hcc.deliveries import MANIFEST
from hhs_hcc.errors import InputError
from hhs_hcc.synth.layout import RAW_COLUMNS

FileFormat = Literal["csv", "parquet"]


class RawWriter:
    """Writes into one folder; refuses a folder that already holds a delivery, unless told to replace it."""

    def __init__(self, folder: Path, file_format: FileFormat, *, overwrite: bool) -> None:
        self._folder = folder
        self._format = file_format
        self.row_counts = dict.fromkeys(RAW_COLUMNS, 0)
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file. Name a folder for the raw files; it is made if it does not exist.")
        present = _files_of_a_delivery(folder)
        if present and not overwrite:
            raise InputError(
                f"{folder} already holds {len(present)} file(s) of a delivery, for example {present[-1].name}. "
                "Choose an empty folder, or say that they may be replaced (--overwrite)."
            )
        for file in present:
            file.unlink()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, table: str, frame: pl.DataFrame, part: int | None = None) -> None:
        """Write one part of a table; `part` None means that the table is a single file."""
        self.row_counts[table] += len(frame)
        name = table if part is None else f"{table}_{part:04d}"
        file = self._folder / f"{name}.{self._format}"
        chosen = frame.select(RAW_COLUMNS[table])
        if self._format == "csv":
            chosen.write_csv(file)
        else:
            chosen.write_parquet(file, compression="zstd")

    def finish(self, manifest: Mapping[str, object]) -> None:
        """Say what the delivery is. It comes last: files without delivery.json were not written to their end."""
        (self._folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _files_of_a_delivery(folder: Path) -> list[Path]:
    """delivery.json, and files of the layout: `raw_claims.csv`, `raw_claims_0001.parquet`, compressed or not."""
    found = [file for table in RAW_COLUMNS for file in (*folder.glob(f"{table}.*"), *folder.glob(f"{table}_*.*"))]
    raw_files = [file for file in found if file.name.endswith((".csv", ".csv.gz", ".parquet"))]
    return sorted([*raw_files, *folder.glob(MANIFEST)])
