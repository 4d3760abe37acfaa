"""The six files on disk: column order of the layout, empty cells for nulls, one numbered part per block if several."""

from pathlib import Path
from typing import Literal

import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.synth.layout import RAW_COLUMNS

FileFormat = Literal["csv", "parquet"]


class RawWriter:
    """Writes into one folder; refuses a folder that already holds raw files, unless told to replace them."""

    def __init__(self, folder: Path, file_format: FileFormat, *, overwrite: bool) -> None:
        self._folder = folder
        self._format = file_format
        self.row_counts = dict.fromkeys(RAW_COLUMNS, 0)
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file. Name a folder for the raw files; it is made if it does not exist.")
        present = _raw_files(folder)
        if present and not overwrite:
            raise InputError(
                f"{folder} already holds {len(present)} raw file(s), for example {present[0].name}. "
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


def _raw_files(folder: Path) -> list[Path]:
    """Files of the layout in a folder: `raw_claims.csv`, `raw_claims_0001.parquet`, compressed or not."""
    found = [file for table in RAW_COLUMNS for file in (*folder.glob(f"{table}.*"), *folder.glob(f"{table}_*.*"))]
    return sorted(file for file in found if file.name.endswith((".csv", ".csv.gz", ".parquet")))
