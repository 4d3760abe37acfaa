"""Results out: one line per member with its lists, and files by suffix."""

from pathlib import Path

import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.scoring import ScoreResult

SCORE_COLUMNS = (
    "member_id",
    "model",
    "age_last",
    "enrollment_duration",
    "hccs",
    "rxcs",
    "variables",
    "raw_risk_score",
    "csr_factor",
    "risk_score",
    "reported_risk_score",
)
_LISTS = {
    # HCCs after the hierarchy, whether they count themselves or through a group or an infant term.
    "hccs": pl.col("variable").str.starts_with("HHS_HCC"),
    "rxcs": pl.col("variable").str.contains(r"^RXC_\d+$"),
    "variables": pl.col("counted_in").is_null(),
}


def score_lines(result: ScoreResult) -> pl.DataFrame:
    """One row per member with the columns of `SCORE_COLUMNS`; lists are separated by spaces, empty if nothing is on."""
    variables = result.components.frame().select("member_id", pl.col("variable").cast(pl.String), "counted_in")
    lines = result.scores.rename({"enrollment_months": "enrollment_duration"})
    for name, belongs in _LISTS.items():
        listed = (
            variables.filter(belongs)
            .select("member_id", "variable")
            .unique()
            .sort("member_id", "variable")
            .group_by("member_id", maintain_order=True)
            .agg(pl.col("variable").str.join(" ").alias(name))
        )
        lines = lines.join(listed, on="member_id", how="left", maintain_order="left")
    return lines.with_columns(pl.col(list(_LISTS)).fill_null("")).select(SCORE_COLUMNS)


def check_writable(file: Path) -> None:
    """Refuse, before any work is done, a name that cannot be written.

    Raises:
        InputError: If the ending is unknown, the folder does not exist, or the name is that of a folder.
    """
    if file.suffix.lower() not in (".csv", ".parquet"):
        raise InputError(f"{file} is neither .csv nor .parquet: the ending tells how a file is written.")
    if not file.parent.is_dir():
        raise InputError(f"The folder {file.parent} does not exist: create it, or write elsewhere.")
    if file.is_dir():
        raise InputError(f"{file} is a folder: give the name of a file.")


def write(frame: pl.DataFrame, file: Path) -> None:
    """Write CSV or Parquet, as the ending says.

    Raises:
        InputError: If the file cannot be written.
    """
    try:
        if file.suffix.lower() == ".parquet":
            frame.write_parquet(file)
        else:
            frame.write_csv(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror or 'the system refuses it'}.") from error
