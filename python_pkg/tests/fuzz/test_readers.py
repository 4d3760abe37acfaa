"""`hhs-hcc score` on any file: it scores, rejects or refuses each member, and never shows one."""

from io import BytesIO
from typing import Any

import polars as pl
import pytest
from fuzz.feeds import CMS_FILES, EXAMPLES, PROJECT_FILES, Columns, Table, csv_bytes, damaged, parquet_bytes, tables
from fuzz.laws import Files, score_cms_folder, score_files
from hypothesis import given, settings
from hypothesis import strategies as st


@st.composite
def deliveries(draw: st.DrawFn, kinds: dict[str, Columns]) -> Files:
    """A file of each kind, of which one is odd or damaged."""
    contents = {}
    victim = draw(st.sampled_from(sorted(kinds)))
    for kind, columns in kinds.items():
        harm = draw(st.sampled_from(("cells", "types", "bytes"))) if kind == victim else ""
        table = draw(tables(columns, is_odd=harm == "cells"))
        if harm == "types":
            contents[f"{kind}.parquet"] = draw(parquet_bytes(table))
        else:
            content = draw(csv_bytes(table))
            contents[f"{kind}.csv"] = draw(damaged(content)) if harm == "bytes" else content
    return contents


@settings(max_examples=EXAMPLES)
@given(deliveries(PROJECT_FILES))
def test_any_delivery_is_scored_or_refused_in_words(files: Files) -> None:
    score_files(files)


@settings(max_examples=EXAMPLES)
@given(deliveries(CMS_FILES))
def test_any_files_of_the_cms_software_are_scored_or_refused_in_words(files: Files) -> None:
    score_cms_folder(files)


@st.composite
def regular(draw: st.DrawFn) -> tuple[Table, dict[str, Any]]:
    contents: dict[str, Any] = {}
    for kind, columns in PROJECT_FILES.items():
        table = draw(tables(columns))
        contents[f"{kind}.csv"] = draw(csv_bytes(table))
        if kind == "members":
            members = table
    return members, contents


@settings(max_examples=EXAMPLES)
@given(regular())
def test_every_member_of_a_file_is_either_scored_or_rejected(delivery: tuple[Table, dict[str, Any]]) -> None:
    (names, rows), files = delivery
    result = score_files(files)
    people = {row[names.index("member_id")].strip() or None for row in rows}
    assert result is not None
    assert set(result["member_id"]) == people


# --- What was found so ------------------------------------------------------------------------------------------------

HEADER = ",".join(PROJECT_FILES["members"])
GOOD = "A,1985-06-15,F,silver,1,2025-01-01,2025-12-31"
NO_DIAGNOSES = b"member_id,service_date,icd10\n"
PERSON = "ENROLID,SEX,AGE_LAST,METAL,CSR_INDICATOR,ENROLDURATION\nA,2,40,silver,1,12\n"


def scored(result: pl.DataFrame | None) -> dict[str, bool]:
    assert result is not None
    return dict(result.iter_rows())


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("ms"), pl.Datetime("us", "America/New_York")])
@pytest.mark.parametrize("days", [-(2**31), 2**31 - 1])
def test_a_parquet_date_that_no_calendar_has_is_no_date(dtype: Any, days: int) -> None:
    rows = f"{HEADER}\n{GOOD}\nB{GOOD[1:]}\n".encode()
    units = 1 if dtype == pl.Date else 86_400 * (10**3 if dtype.time_unit == "ms" else 10**6)
    born = pl.Series("date_of_birth", [5_000, days]).cast(pl.Int64) * units
    if dtype != pl.Date and dtype.time_unit == "us":
        born = born.clip(-(2**62), 2**62)
    stream = BytesIO()
    frame = pl.read_csv(rows, infer_schema=False)
    frame.with_columns(born.cast(pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)).write_parquet(stream)
    result = score_files({"members.parquet": stream.getvalue(), "diagnoses.csv": NO_DIAGNOSES})
    assert scored(result) == {"A": True, "B": False}


@pytest.mark.parametrize("born", ["-2025-01-01", "+1985-06-15", "0085-06-15", "1985-6-15"])
def test_a_birth_date_of_another_shape_is_none(born: str) -> None:
    rows = f"{HEADER}\n{GOOD}\nB,{born},F,silver,1,2025-01-01,2025-12-31\n".encode()
    assert scored(score_files({"members.csv": rows, "diagnoses.csv": NO_DIAGNOSES})) == {"A": True, "B": False}


def test_a_time_behind_a_date_is_ignored() -> None:
    rows = f"{HEADER}\nA,1985-06-15 00:00:00,F,silver,1,2025-01-01T00:00:00,2025-12-31 23:59:59\n".encode()
    assert scored(score_files({"members.csv": rows, "diagnoses.csv": NO_DIAGNOSES})) == {"A": True}


@pytest.mark.parametrize("age", ["151", "32768", "2147483648"])
def test_an_age_that_nobody_reaches_rejects_the_member_and_nobody_else(age: str) -> None:
    person = (PERSON + f"B,2,{age},silver,1,12\n").encode()
    result = score_cms_folder({"PERSON.csv": person, "DIAG.csv": b"ENROLID,DIAG,DIAG_SERVICE_DATE\n"})
    assert scored(result) == {"A": True, "B": False}


def test_a_file_that_names_a_column_twice_is_refused() -> None:
    rows = f"{HEADER},sex\n{GOOD},M\n".encode()
    assert score_files({"members.csv": rows, "diagnoses.csv": NO_DIAGNOSES}) is None


@pytest.mark.parametrize("victim", ["members", "diagnoses"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5])
def test_a_damaged_parquet_file_is_refused_in_words(victim: str, share: float) -> None:
    """A disk or a transfer that failed: the end is there, what it points at is not."""
    texts = {"members": f"{HEADER}\n{GOOD}\n".encode(), "diagnoses": NO_DIAGNOSES + b"A,2025-03-01,E1122\n"}
    files = {}
    for name, text in texts.items():
        stream = BytesIO()
        pl.read_csv(text, infer_schema=False).write_parquet(stream)
        files[f"{name}.parquet"] = stream.getvalue()
    whole = files[f"{victim}.parquet"]
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    data, end = whole[:-footer], whole[-footer:]
    files[f"{victim}.parquet"] = data[: int(share * len(data))] + end
    assert score_files(files) is None
