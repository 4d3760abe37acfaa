"""The code lists of CMS's package, read from its own table files, in the place of ours.

A difference is called one of code lists only on proof: our rules, with these lists, must give CMS's number. Taking
codes away until the numbers agree would explain anything.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from hhs_hcc.crosscheck.package import MODEL_FOLDER
from hhs_hcc.tables import ReferenceTables

_FOLDER = MODEL_FOLDER / "data" / "input" / "internal"
_CATEGORY = re.compile(r"^(?:HHS_)?(?:HCC|CC)?0*(\d+)(?:[._](\d+))?$", re.IGNORECASE)
_DRUG_CLASS = re.compile(r"^(?:RXC_?)?0*(\d+)(?:\.0)?$", re.IGNORECASE)
_AGES = re.compile(r"^(?:(\d+)\s*(<=|<)\s*)?age\s*(?:(<=|<|>=|>|==|=)\s*(\d+))?$", re.IGNORECASE)
_SEXES = {"1": "M", "2": "F", "1.0": "M", "2.0": "F", "M": "M", "F": "F", "MALE": "M", "FEMALE": "F"}
_AGE_CONDITIONS = {"mce": "MCE_AGE_CONDITION", "cc": "AGE_EDIT_CONDITION"}
_SEX_CONDITION = "SEX_EDIT_CONDITION"
Row = dict[str, object]


class _UnreadableError(Exception):
    """A condition is not written in a way that is known."""


def with_code_lists_of(folder: Path, tables: ReferenceTables) -> ReferenceTables | None:
    """Our tables with the code lists of a package; None if its list of diagnoses cannot be read.

    Args:
        folder: The folder that holds `software`.
        tables: Ours, of the same year. Categories, and codes whose conditions cannot be read, stay as they are here.
    """
    lists = {}
    year = tables.model_year
    for columns in ({"ICD10", "CC", f"valid_ICD10_{year}"}, {"NDC", "RXC"}, {"HCPCS", "RXC"}):
        found = _table_with(folder / _FOLDER, columns)
        if found is None:
            continue
        if "ICD10" in columns:
            lists["dx_to_cc"] = _diagnoses(found, tables)
        else:
            code = "NDC" if "NDC" in columns else "HCPCS"
            lists[f"{code.lower()}_to_rxc"] = _drugs(found, code, tables)
    # A list without a single category of ours is not what it was taken for.
    lists = {name: frame for name, frame in lists.items() if not frame.is_empty()}
    if "dx_to_cc" not in lists:
        return None
    return ReferenceTables(model_year=year, frames={**tables.frames, **lists})


def _table_with(folder: Path, columns: set[str]) -> pl.DataFrame | None:
    """The one file with these columns; a package with two leaves it open which counts."""
    found = []
    for file in sorted(folder.glob("*.csv")):
        try:
            frame = pl.read_csv(file, infer_schema=False)
        except pl.exceptions.PolarsError:
            continue
        if columns <= set(frame.columns):
            found.append(frame)
    return found[0] if len(found) == 1 else None


def _diagnoses(theirs: pl.DataFrame, tables: ReferenceTables) -> pl.DataFrame:
    ours = tables["dx_to_cc"]
    known = set(tables["hcc"]["hcc"])
    rows: list[Row] = []
    unreadable = set()
    for row in theirs.iter_rows(named=True):
        code = (row["ICD10"] or "").strip()
        category = _category(row["CC"])
        if category not in known:
            continue
        try:
            rows.append({"icd10": code, "cc": category, **_validity(row, tables.model_year), **_conditions(row)})
        except _UnreadableError:
            unreadable.add(code)
    readable = pl.DataFrame(rows, schema=ours.schema).filter(~pl.col("icd10").is_in(unreadable))
    return pl.concat([readable, ours.filter(pl.col("icd10").is_in(unreadable))])


def _drugs(theirs: pl.DataFrame, code: str, tables: ReferenceTables) -> pl.DataFrame:
    ours = tables[f"{code.lower()}_to_rxc"]
    known = set(tables["rxc"]["rxc"])
    width = 11 if code == "NDC" else 0
    rows = {
        ((row[code] or "").strip().zfill(width), rxc)
        for row in theirs.iter_rows(named=True)
        if (rxc := _drug_class(row["RXC"])) in known
    }
    return pl.DataFrame(sorted(rows), schema=ours.schema, orient="row")


def _category(text: str | None) -> str | None:
    """A category as the package may write it (35.1, 19.0, HHS_HCC035_1) in our spelling."""
    found = _CATEGORY.match((text or "").strip())
    if not found:
        return None
    number, part = found.groups()
    return f"HHS_HCC{int(number):03}" + (f"_{part}" if part and int(part) else "")


def _drug_class(text: str | None) -> str | None:
    found = _DRUG_CLASS.match((text or "").strip())
    return f"RXC_{int(found[1]):02}" if found else None


def _validity(row: Mapping[str, str | None], year: int) -> Row:
    """Validity in both fiscal years; an empty cell does not rule a code out there, and a missing column repeats."""
    start = _is_valid(row[f"valid_ICD10_{year}"])
    following = f"valid_ICD10_{year + 1}"
    return {
        "valid_fy_start": start,
        "valid_fy_end": _is_valid(row[following]) if following in row else start,
        "is_valid_fy_end_carried": False,
    }


def _is_valid(text: str | None) -> bool:
    return (text or "").strip().upper() not in ("FALSE", "0", "0.0")


def _conditions(row: Mapping[str, str | None]) -> Row:
    found: Row = {}
    for kind, column in _AGE_CONDITIONS.items():
        found[f"{kind}_age_min"], found[f"{kind}_age_max"] = _ages(row.get(column))
    sex = (row.get(_SEX_CONDITION) or "").strip().upper()
    if sex and sex not in _SEXES:
        raise _UnreadableError
    return {**found, "cc_sex": _SEXES.get(sex), "mce_sex": None}


def _ages(text: str | None) -> tuple[int | None, int | None]:
    """The lowest and the highest age of `6 <= age <= 18`, `age < 2`, `age = 0` and their like."""
    if not (text or "").strip():
        return None, None
    found = _AGES.match((text or "").strip())
    if not found:
        raise _UnreadableError
    left, left_sign, sign, right = found.groups()
    lowest = int(left) + (left_sign == "<") if left else None
    highest = None
    if sign in ("<", "<="):
        highest = int(right) - (sign == "<")
    elif sign in (">", ">="):
        lowest = int(right) + (sign == ">")
    elif sign:
        lowest = highest = int(right)
    if lowest is None and highest is None:
        raise _UnreadableError
    return lowest, highest
