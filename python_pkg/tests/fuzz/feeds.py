"""Files as they could come: rows of good and odd cells, written in the ways of many programs, and then damaged."""

import csv
import os
from io import BytesIO, StringIO
from typing import Any

import polars as pl
from fuzz.laws import CANARY
from hypothesis import strategies as st

# Few in the test run, many for `make fuzz`.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))

PEOPLE = (f"{CANARY} 0", f"{CANARY} 1", f"{CANARY} 2", f"{CANARY} 3", f"{CANARY},\n4", f' "{CANARY}" ', "")
DAYS = ("2025-01-01", "20250301", "2025-10-01", "2025-12-31 00:00:00", "2024-02-29", "1985-06-15", "2025-3-1", "")
ODD_DAYS = ("2025-02-30", "0001-01-01", "-2025-01-01", "+2025-01-01", "9999-12-31", "10000-01-01", "infinity", "now")
CODES = ("E1122", "a36.81", " e11.22 ", "P0700", "Z0000", "\N{LATIN SMALL LETTER SHARP S}", "00003-1964-01", "J0129")
NUMBERS = ("0", "1", "12", "21", "-1", "1e3", "40.0", "32768", "2147483648", "99999999999999999999", "٣", "")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.one_of(
    TEXT.map(lambda text: text + CANARY), st.sampled_from((CANARY, *ODD_DAYS, *NUMBERS)), st.just("x" * 70_000)
)

# Column to its usual cells.
# The first of each makes a member who can be scored.
MEMBERS = {
    "member_id": PEOPLE,
    "date_of_birth": ("1985-06-15", "20240229", "2025-03-01", "1800-01-01", ""),
    "sex": ("F", "M", "f", " M ", "U", ""),
    "metal_level": ("silver", "Gold", "BRONZE "),
    "csr_indicator": ("1", "2", " 3"),
    "enrollment_start": DAYS,
    "enrollment_end": ("2025-12-31", *DAYS),
}
DIAGNOSES = {"member_id": PEOPLE, "service_date": DAYS, "icd10": CODES}
NDC = {"member_id": PEOPLE, "fill_date": DAYS, "ndc": CODES}
HCPCS = {"member_id": PEOPLE, "service_date": DAYS, "hcpcs": CODES}
PERSON = {
    "ENROLID": PEOPLE,
    "SEX": ("1", "2", "M", "f"),
    "DOB": ("1985-06-15", *DAYS),
    "AGE_LAST": ("40", *NUMBERS),
    "METAL": ("silver", "Gold"),
    "CSR_INDICATOR": ("1", "2"),
    "ENROLDURATION": ("12", *NUMBERS),
}
DIAG = {"ENROLID": PEOPLE, "DIAG": CODES, "DIAGNOSIS_SERVICE_DATE": DAYS, "AGE_AT_DIAGNOSIS": NUMBERS}
PROJECT_FILES = {"members": MEMBERS, "diagnoses": DIAGNOSES, "ndc": NDC, "hcpcs": HCPCS}
CMS_FILES = {"PERSON": PERSON, "DIAG": DIAG, "NDC": {"ENROLID": PEOPLE, "NDC": CODES}}

Columns = dict[str, tuple[str, ...]]
Table = tuple[list[str], list[list[str]]]
"""Header and rows."""


@st.composite
def tables(draw: st.DrawFn, columns: Columns, *, is_odd: bool = False) -> Table:
    """A header, a good row and others; of an odd one the header may be wrong, and cells may be anything."""
    names = list(draw(st.permutations(list(columns))))
    # Odd are the cells of one column: the reader stops at the first that it refuses.
    odd_name = draw(st.sampled_from(names)) if is_odd else ""
    cells = []
    for name in names:
        # Nobody else spoils the rows of the first member.
        usual = st.sampled_from(columns[name][1:] if columns[name] is PEOPLE else columns[name])
        cells.append(st.one_of(usual, ODD) if name == odd_name else usual)
    rows = [[columns[name][0] for name in names]]
    rows += [list(row) for row in draw(st.lists(st.tuples(*cells), max_size=5))]
    if is_odd and draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(names) - 1))
        change = draw(st.sampled_from(("drop", "repeat", "rename")))
        if change == "drop":
            names.pop(place)
            for row in rows:
                row.pop(place)
        elif change == "repeat":
            names.append(names[place])
            for row in rows:
                row.append(row[place])
        else:
            names[place] = draw(st.sampled_from((names[place].swapcase(), "", " " + names[place], "x,y")))
    return names, rows


@st.composite
def csv_bytes(draw: st.DrawFn, table: Table) -> bytes:
    """The table as some program would write it."""
    names, rows = table
    stream = StringIO()
    ending = draw(st.sampled_from(("\n", "\r\n")))
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    csv.writer(stream, lineterminator=ending, quoting=quoting).writerows([names, *rows])
    text = stream.getvalue()
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode("utf-8", "surrogateescape")


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The file after an accident: cut off, of another encoding or separator, with bytes that no text has."""
    place = draw(st.integers(0, len(content)))
    odd = draw(st.sampled_from((b"\x00", b'"', b"\xff\xfe", b"\r", b"\n\n", b",,,,,,,,", b"\x1a", b"\\", b"'")))
    text = content.decode("utf-8", "replace") + "é"
    ways = {
        "cut": content[:place],
        "latin-1": text.encode("latin-1", "replace"),
        "utf-16": text.encode("utf-16"),
        "semicolon": content.replace(b",", b";"),
        "insert": content[:place] + odd + content[place:],
        "empty": b"",
        "no header": content.partition(b"\n")[2],
        "ragged": content + b"\n" + CANARY.encode() + b"\n" + b",".join([CANARY.encode()] * 12),
    }
    return ways[draw(st.sampled_from(sorted(ways)))]


_ODD_TYPES: tuple[Any, ...] = (
    pl.Int64,
    pl.UInt64,
    pl.Int128,
    pl.Float64,
    pl.Boolean,
    pl.Binary,
    pl.Date,
    pl.Time,
    pl.Datetime("us"),
    pl.Datetime("ns", "UTC"),
    pl.Duration,
    pl.Decimal(20, 3),
    pl.Categorical,
    pl.List(pl.String),
    pl.Struct({"a": pl.String}),
    pl.Null,
)


@st.composite
def parquet_bytes(draw: st.DrawFn, table: Table) -> bytes:
    """The table as Parquet, with one column of a type that nobody expects."""
    names, rows = table
    unique = list(dict.fromkeys(names))
    frame = pl.DataFrame(
        {name: [row[names.index(name)] for row in rows] for name in unique}, schema=dict.fromkeys(unique, pl.String)
    )
    if unique:
        name = draw(st.sampled_from(unique))
        dtype = draw(st.sampled_from(_ODD_TYPES))
        frame = frame.with_columns(_odd_series(draw, name, dtype, frame.height))
    stream = BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def _odd_series(draw: st.DrawFn, name: str, dtype: Any, height: int) -> pl.Series:
    """Numbers of any size as the type holds them: days of the year 5 million among the dates."""
    if dtype in (pl.Date, pl.Datetime, pl.Time, pl.Duration):
        physical = pl.Int32 if dtype == pl.Date else pl.Int64
        low, high = (-(2**31), 2**31 - 1) if dtype == pl.Date else (-(2**62), 2**62)
        numbers = draw(
            st.lists(st.one_of(st.integers(0, 20_000), st.integers(low, high)), min_size=height, max_size=height)
        )
        if dtype == pl.Time:
            numbers = [abs(number) % 86_399_999_999_999 for number in numbers]
        return pl.Series(name, numbers, dtype=physical).cast(dtype)
    values: dict[Any, Any] = {
        pl.Binary: b"\xff" + CANARY.encode(),
        pl.Null: None,
        pl.Categorical: CANARY,
        pl.List: [CANARY],
        pl.Struct: {"a": CANARY},
    }
    for of_type, value in values.items():
        if dtype == of_type:
            return pl.Series(name, [value] * height, dtype=dtype)
    numbers = draw(st.lists(st.integers(0, 2**31), min_size=height, max_size=height))
    return pl.Series(name, numbers, dtype=pl.Int64).cast(dtype)
