"""Invented members at any size, as Parquet files that are made once and kept under data/bench.

Members get 8 diagnoses, 4 fills and 5 services each, on average, in no order. The same size gives the same members.
They are written batch by batch: five million need no more memory than one hundred thousand.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from hhs_hcc import ReferenceTables
from hhs_hcc.tables import METAL_LEVELS

RECORDS = {
    # file: records per member, code column, date column, CMS table, its code column, what it maps to
    "diagnoses": (8, "diagnosis_code", "service_date", "dx_to_cc", "icd10", "cc"),
    "drugs": (4, "ndc_code", "fill_date", "ndc_to_rxc", "ndc", "rxc"),
    "services": (5, "hcpcs_code", "service_date", "hcpcs_to_rxc", "hcpcs", "rxc"),
}
# The share of codes that stand in a CMS table; in real feeds most codes are not risk-adjusting. With more of them both
# sides slow down, the joins more so: the ratio falls and memory grows.
MAPPED_SHARE = 0.4
CLAIM_COLUMNS = ("claim_id", "claim_line_number")
CSV_FILES = ("members.csv", "diagnoses.csv", "ndc.csv", "hcpcs.csv")

_BATCH_MEMBERS = 100_000
_OTHER_CODES = 20_000
_OLDEST = 64
_LINES_PER_CLAIM = 4
# Of members with a CSR indicator that is not the default; the rest has the default of the year.
_SHARE_WITH_CSR = 0.2
_IDS = 9


def population(members: int, tables: ReferenceTables, folder: Path, mapped_share: float = MAPPED_SHARE) -> Path:
    """The folder of a population: segments.parquet and one file per kind of record.

    Args:
        members: How many.
        tables: CMS tables of the model year.
        folder: Where populations are kept; made if it is not there.
        mapped_share: Share of the codes that stand in a CMS table.
    """
    share = f"{mapped_share:g}".replace(".", "_")
    name = f"{tables.model_year}-{members}-{share}"
    kept = folder / f"{name}-{_fingerprint(tables)}"
    if not kept.is_dir():
        for earlier in folder.glob(f"{name}-*"):
            shutil.rmtree(earlier)
        _complete(kept, lambda unfinished: _write(members, mapped_share, unfinished, tables))
    return kept


def csv_files(people: Path) -> Path:
    """The same people as the four CSV files of `hhs-hcc score`, for programs that read no Parquet."""
    kept = people / "csv"
    if not kept.is_dir():
        _complete(kept, lambda unfinished: _write_csv(people, unfinished))
    return kept


def _complete(kept: Path, write: Callable[[Path], None]) -> None:
    """Write a folder under another name first, so that an interrupted run leaves none that looks complete."""
    unfinished = kept.with_name(f"{kept.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    write(unfinished)
    unfinished.rename(kept)


def _fingerprint(tables: ReferenceTables) -> str:
    """Changes with this file and with the tables from which codes are drawn."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in ("csr_adjustment", "enrollment_duration", *(record[3] for record in RECORDS.values())):
        digest.update(tables[name].write_csv().encode())
    return digest.hexdigest()[:8]


def _write(members: int, mapped_share: float, folder: Path, tables: ReferenceTables) -> None:
    batches = [(first, min(_BATCH_MEMBERS, members - first)) for first in range(0, members, _BATCH_MEMBERS)]

    def write(name: str, make: Callable[[int, int], pl.DataFrame]) -> None:
        writer = None
        for first, count in batches:
            table = make(first, count).to_arrow(compat_level=pl.CompatLevel.oldest())
            writer = writer or pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
            writer.write_table(table)
        if writer:
            writer.close()

    write("segments", lambda first, count: _segments(first, count, members, tables))
    for number, name in enumerate(RECORDS, start=1):
        pool = _Codes.of(name, tables)

        def records(
            first: int, count: int, name: str = name, number: int = number, pool: _Codes = pool
        ) -> pl.DataFrame:
            rng = np.random.default_rng([members, number, first])
            return _records(name, count * RECORDS[name][0], members, mapped_share, pool, tables.model_year, first, rng)

        write(name, records)


def _segments(first: int, count: int, members: int, tables: ReferenceTables) -> pl.DataFrame:
    rng = np.random.default_rng([members, 0, first])
    year = tables.model_year
    year_end = np.datetime64(f"{year}-12-31")
    age = rng.integers(0, _OLDEST + 1, count)
    born = (year - age - 1970).astype("datetime64[Y]").astype("datetime64[D]") + rng.integers(0, 365, count)
    # Everybody is covered up to New Year, so AGE_LAST is the difference of the years; nobody before birth.
    days = np.minimum(rng.integers(1, 366, count), (year_end - born).astype(np.int64) + 1)
    months = np.zeros(count, dtype=np.int64)
    for number, lowest, highest in tables["enrollment_duration"].iter_rows():
        months[(days >= lowest) & (days <= highest)] = number
    metals, indicators = _plans(count, tables, rng)
    return pl.DataFrame(
        {
            "member_id": _ids(np.arange(first, first + count)),
            "segment_number": pl.repeat(1, count, dtype=pl.Int32, eager=True),
            "sex": pl.Series(["F", "M"]).gather(rng.integers(0, 2, count)),
            "birth_date": born,
            "age_last": age.astype(np.int32),
            "enrollment_months": months.astype(np.int32),
            "segment_days": days.astype(np.int32),
            "metal_level": metals,
            "csr_indicator": indicators,
        }
    )


def _plans(count: int, tables: ReferenceTables, rng: np.random.Generator) -> tuple[pl.Series, pl.Series]:
    """Metal levels and CSR indicators that belong together."""
    adjustments = tables["csr_adjustment"].filter(pl.col("metal_level").is_in(METAL_LEVELS))
    without = int(tables["csr_adjustment"].filter(pl.col("factor") == 1)["csr_indicator"].min())
    chosen = adjustments[rng.integers(0, adjustments.height, count)]
    has_csr = pl.Series(rng.random(count) < _SHARE_WITH_CSR)
    metals = chosen["metal_level"].zip_with(has_csr, pl.Series(METAL_LEVELS).gather(rng.integers(0, 5, count)))
    default = pl.repeat(without, count, dtype=pl.Int32, eager=True)
    return metals, chosen["csr_indicator"].cast(pl.Int32).zip_with(has_csr, default)


class _Codes:
    """Codes to draw from: those of the CMS table, and others."""

    def __init__(self, known: pl.Series, others: pl.Series) -> None:
        self.known, self.others = known, others

    @classmethod
    def of(cls, name: str, tables: ReferenceTables) -> "_Codes":
        """The codes of a kind of record."""
        _, _, _, table, code, _ = RECORDS[name]
        others = {
            "diagnoses": (f"ZZ{number:05d}" for number in range(_OTHER_CODES)),
            "drugs": (f"99{number:09d}" for number in range(_OTHER_CODES)),
            "services": (f"Z{number % 10_000:04d}" for number in range(_OTHER_CODES)),
        }[name]
        known = tables[table][code].unique().sort()
        taken = set(known)
        return cls(known, pl.Series([other for other in others if other not in taken]))

    def draw(self, rows: int, mapped_share: float, rng: np.random.Generator) -> pl.Series:
        """That many, so many of them known."""
        is_known = pl.Series(rng.random(rows) < mapped_share)
        return self.known.gather(rng.integers(0, len(self.known), rows)).zip_with(
            is_known, self.others.gather(rng.integers(0, len(self.others), rows))
        )


def _records(
    name: str,
    rows: int,
    members: int,
    mapped_share: float,
    codes: _Codes,
    year: int,
    first: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    _, code, day, *_ = RECORDS[name]
    line = np.arange(rows) + first * RECORDS[name][0]
    dates = np.datetime64(f"{year}-12-31") - rng.integers(0, 365, rows).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "member_id": _ids(rng.integers(0, members, rows)),
            day: dates,
            code: codes.draw(rows, mapped_share, rng),
            "claim_id": f"{name[0].upper()}" + _ids(line // _LINES_PER_CLAIM),
            "claim_line_number": (line % _LINES_PER_CLAIM + 1).astype(np.int32),
        }
    )


def _ids(numbers: np.ndarray) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(_IDS)


def _write_csv(people: Path, folder: Path) -> None:
    year_end = pl.col("birth_date").dt.offset_by(pl.format("{}y", "age_last")).dt.year()
    end = pl.date(year_end, 12, 31)
    members = (
        pl.scan_parquet(people / "segments.parquet")
        .with_columns(end.alias("enrollment_end"))
        .select(
            "member_id",
            pl.col("birth_date").alias("date_of_birth"),
            "sex",
            "metal_level",
            "csr_indicator",
            (pl.col("enrollment_end") - pl.duration(days=pl.col("segment_days") - 1)).alias("enrollment_start"),
            "enrollment_end",
        )
    )
    names: Mapping[str, tuple[str, str]] = {
        "diagnoses": ("diagnoses", "icd10"),
        "drugs": ("ndc", "ndc"),
        "services": ("hcpcs", "hcpcs"),
    }
    members.sink_csv(folder / "members.csv")
    for name, (_, code, day, *_rest) in RECORDS.items():
        file, column = names[name]
        pl.scan_parquet(people / f"{name}.parquet").select("member_id", day, pl.col(code).alias(column)).sink_csv(
            folder / f"{file}.csv"
        )
