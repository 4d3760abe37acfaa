"""Numbers into the text that files hold."""

import polars as pl

from hhs_hcc.synth.streams import IntArray


def dates(days: IntArray) -> pl.Series:
    """Day numbers as `YYYY-MM-DD`."""
    return pl.Series(days, dtype=pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")


def digits(numbers: IntArray, width: int) -> pl.Series:
    """Whole numbers with leading zeros."""
    return pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(width)


def cents(amounts: IntArray) -> pl.Series:
    """Cents as dollars with two decimals."""
    return digits(amounts // 100, 1) + "." + digits(amounts % 100, 2)


def member_ids(keys: IntArray) -> pl.Series:
    """The id that a member carries in every file and every year."""
    return "DM" + digits(keys, 11)
