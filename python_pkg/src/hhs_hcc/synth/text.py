"""Numbers into the text that files hold."""

import polars as pl

from hhs_hcc.synth.streams import IntArray


def dates(days: IntArray) -> pl.Series:
    """Day numbers as `YYYY-MM-DD`."""
    return pl.Series(days, dtype=pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")


def digits(numbers: IntArray, width: int) -> pl.Series:
    """Whole numbers with leading zeros."""
    return pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(width)


def decimals(units: IntArray, places: int) -> pl.Series:
    """Hundredths (2 places), ten-thousandths (4 places), ... as a number with so many decimals."""
    return digits(units // 10**places, 1) + "." + digits(units % 10**places, places)


def cents(amounts: IntArray) -> pl.Series:
    """Cents as dollars with two decimals."""
    return decimals(amounts, 2)


def member_ids(keys: IntArray) -> pl.Series:
    """The id that a member carries in every file and every year."""
    return "DM" + digits(keys, 11)
