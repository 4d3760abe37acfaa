"""The CMS tables of one model year, checked on the way in. The package owns no figure: all come from `seeds/cms`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hhs_hcc.errors import MissingModelYearError, TableError

METAL_LEVELS = ("platinum", "gold", "silver", "bronze", "catastrophic")
MODELS = ("adult", "child", "infant")

_COEFFICIENT = pl.Decimal(9, 3)
_FACTOR = pl.Decimal(4, 2)

TABLE_COLUMNS: dict[str, dict[str, type[pl.DataType] | pl.DataType]] = {
    "hcc": {
        "hcc": pl.String,
        "in_adult_model": pl.Boolean,
        "in_child_model": pl.Boolean,
        "in_infant_model": pl.Boolean,
    },
    "dx_to_cc": {
        "icd10": pl.String,
        "cc": pl.String,
        "mce_age_min": pl.Int32,
        "mce_age_max": pl.Int32,
        "mce_sex": pl.String,
        "cc_age_min": pl.Int32,
        "cc_age_max": pl.Int32,
        "cc_sex": pl.String,
        "valid_fy_start": pl.Boolean,
        "valid_fy_end": pl.Boolean,
        "is_valid_fy_end_carried": pl.Boolean,
    },
    "hcc_hierarchy": {"hcc": pl.String, "drops_hcc": pl.String},
    "hcc_group": {"model": pl.String, "group_variable": pl.String, "hcc": pl.String},
    "hcc_count_exclusion": {"model": pl.String, "hcc": pl.String},
    "interaction": {
        "model": pl.String,
        "variable": pl.String,
        "clause_no": pl.Int32,
        "term": pl.String,
        "hcc_count_min": pl.Int32,
        "hcc_count_max": pl.Int32,
        "enrollment_months_min": pl.Int32,
        "enrollment_months_max": pl.Int32,
    },
    "infant_severity": {"severity_level": pl.Int32, "hcc": pl.String},
    "infant_maturity": {"maturity_category": pl.String, "hcc": pl.String, "rank": pl.Int32},
    "rxc": {"rxc": pl.String},
    "rxc_hierarchy": {"rxc": pl.String, "drops_rxc": pl.String},
    "ndc_to_rxc": {"ndc": pl.String, "rxc": pl.String},
    "hcpcs_to_rxc": {"hcpcs": pl.String, "rxc": pl.String},
    "age_sex": {
        "model": pl.String,
        "variable": pl.String,
        "sex": pl.String,
        "age_min": pl.Int32,
        "age_max": pl.Int32,
    },
    "coefficient": {"model": pl.String, "variable": pl.String, "metal_level": pl.String, "coefficient": _COEFFICIENT},
    "csr_adjustment": {
        "csr_indicator": pl.Int32,
        "hios_variant_id": pl.String,
        "metal_level": pl.String,
        "factor": _FACTOR,
    },
    "enrollment_duration": {"enrollment_months": pl.Int32, "days_min": pl.Int32, "days_max": pl.Int32},
    "acf_code": {"code_type": pl.String, "code": pl.String, "variable": pl.String},
    "acf_rule": {
        "model": pl.String,
        "variable": pl.String,
        "age_min": pl.Int32,
        "age_max": pl.Int32,
        "blocked_by": pl.String,
    },
}
"""The tables that scoring reads, with the columns it needs from each; every table also has `model_year`."""

_MAY_BE_EMPTY = frozenset({"hcc_count_exclusion", "acf_code", "acf_rule"})


@dataclass(frozen=True)
class ReferenceTables:
    """The CMS tables of one model year.

    Attributes:
        model_year: The year whose mappings and coefficients these are.
        frames: One frame per table of `TABLE_COLUMNS`, only that year's rows, in those types.
    """

    model_year: int
    frames: Mapping[str, pl.DataFrame]

    @classmethod
    def from_directory(cls, path: Path, model_year: int) -> "ReferenceTables":
        """Read `cms_<table>.csv` files.

        Args:
            path: A folder in the layout of `seeds/cms`.
            model_year: The year to keep.

        Raises:
            MissingModelYearError: If the tables hold no such year; the message lists the years that they hold.
            TableError: If a file or a column is missing, or a value does not fit its column.
        """
        frames = {}
        for table, columns in TABLE_COLUMNS.items():
            file = Path(path) / f"cms_{table}.csv"
            if not file.is_file():
                raise TableError(
                    f"The CMS table {file.name} was not found in {path}. Give a folder in the layout of seeds/cms."
                )
            schema = {"model_year": pl.Int32, **columns}
            header = pl.read_csv(file, n_rows=0, infer_schema=False).columns
            _require_columns(table, header, schema)
            try:
                frames[table] = pl.read_csv(file, columns=list(schema), schema_overrides=schema)
            except pl.exceptions.PolarsError as error:
                raise TableError(
                    f"{file} cannot be read: a value does not fit its column. Compare it with seeds/cms/README.md."
                ) from error
        return cls.from_frames(frames, model_year)

    @classmethod
    def from_frames(cls, frames: Mapping[str, pl.DataFrame], model_year: int) -> "ReferenceTables":
        """Take tables that are already in memory, as the dbt model does.

        Args:
            frames: Table name (without `cms_`) to a frame with `model_year` and the columns of `TABLE_COLUMNS`.
                Frames may hold other years and other columns.
            model_year: The year to keep.

        Raises:
            MissingModelYearError: If no rows of that year exist.
            TableError: If a table or a column is missing, or a value does not fit its column.
        """
        kept = {}
        for table, columns in TABLE_COLUMNS.items():
            if table not in frames:
                raise TableError(f"The CMS table {table} was not given; needed: {', '.join(TABLE_COLUMNS)}.")
            frame = frames[table]
            _require_columns(table, frame.columns, {"model_year": pl.Int32, **columns})
            of_year = frame.filter(pl.col("model_year") == model_year)
            if table == "hcc" and of_year.is_empty():
                years = sorted(frame["model_year"].unique().to_list())
                raise MissingModelYearError(
                    f"No CMS tables for model_year {model_year}; loaded: {', '.join(map(str, years)) or 'none'}. "
                    "To add a year, follow seeds/cms/README.md."
                )
            if of_year.is_empty() and table not in _MAY_BE_EMPTY:
                raise TableError(
                    f"The CMS table {table} has no rows for model_year {model_year}, although the year exists. "
                    "Add them as seeds/cms/README.md describes."
                )
            try:
                kept[table] = of_year.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
            except pl.exceptions.PolarsError as error:
                raise TableError(
                    f"The CMS table {table} holds a value that does not fit its column. "
                    f"Expected types: {', '.join(f'{name} {dtype}' for name, dtype in columns.items())}."
                ) from error
        return cls(model_year=model_year, frames=kept)

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.frames[table]


def bundled_directory() -> Path:
    """The CMS tables that came with the package: inside the wheel, or `seeds/cms` of the source tree."""
    package = Path(__file__).resolve().parent
    for folder in (package / "cms", package.parents[2] / "seeds" / "cms"):
        if (folder / "cms_hcc.csv").is_file():
            return folder
    raise TableError("The package was installed without its CMS tables. Install the wheel again, or name --tables.")


def _require_columns(table: str, found: list[str], needed: Mapping[str, object]) -> None:
    missing = [name for name in needed if name not in found]
    if missing:
        raise TableError(
            f"The CMS table {table} lacks the column(s) {', '.join(missing)}; found: {', '.join(found)}. "
            "seeds/cms/README.md describes the layout."
        )
