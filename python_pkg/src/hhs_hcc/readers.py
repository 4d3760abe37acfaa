"""Files in: the project's own four files, and the four files of the CMS software, as they are.

Every column is read as text, so that a code keeps its leading zeros and no parser error can print a value.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hhs_hcc.coverage import (
    SPAN_COLUMNS,
    check_metal_levels,
    first_reason,
    one_reason_per_member,
    segments_from_spans,
)
from hhs_hcc.errors import InputError
from hhs_hcc.rules import YearRules

# What Polars raises over a file that it cannot read: some kinds of damage to Parquet end in a panic of its own code,
# which is no PolarsError and no Exception.
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
# Days since 1970 of 2 January of the year 1 and of 30 December 9999: a time zone may add or take a day.
_DAYS_OF_FOUR_DIGIT_YEARS = (-719_161, 2_932_895)
_OLDEST_AGE = 150


@dataclass(frozen=True)
class ScoringInput:
    """What the calculator takes.

    Attributes:
        segments: The columns of `population.SEGMENT_COLUMNS`.
        diagnoses: member_id, service_date, diagnosis_code, and age_at_diagnosis where the file gives it.
        drugs: member_id, ndc_code, and fill_date where the file gives it.
        services: member_id, hcpcs_code, and service_date where the file gives it.
        rejected: member_id, reason.
    """

    segments: pl.DataFrame
    diagnoses: pl.LazyFrame
    drugs: pl.LazyFrame
    services: pl.LazyFrame
    rejected: pl.DataFrame


def read_project_files(
    members: Path, diagnoses: Path, ndc: Path | None, hcpcs: Path | None, rules: YearRules, benefit_year: int
) -> ScoringInput:
    """Read members.csv (spans), diagnoses.csv, ndc.csv and hcpcs.csv, or Parquet files with the same columns.

    Raises:
        InputError: If a file cannot be read or lacks a column.
    """
    spans = _scan(members, SPAN_COLUMNS).with_columns(
        _to_date(name) for name in ("date_of_birth", "enrollment_start", "enrollment_end")
    )
    coverage = segments_from_spans(_collect(spans, members), rules, benefit_year)
    return ScoringInput(
        segments=coverage.segments,
        diagnoses=_records(diagnoses, "service_date", "icd10", "diagnosis_code"),
        drugs=_records(ndc, "fill_date", "ndc", "ndc_code"),
        services=_records(hcpcs, "service_date", "hcpcs", "hcpcs_code"),
        rejected=coverage.rejected,
    )


def read_cms_files(folder: Path, rules: YearRules) -> ScoringInput:
    """Read PERSON, DIAG (or DIAGNOSES), NDC and HCPCS as users of the CMS software have them.

    AGE_LAST, ENROLDURATION and AGE_AT_DIAGNOSIS are taken as given. Both spellings of the columns are understood
    (ENROLID or ID, DIAG or ICD10, and so on), in any case.

    Raises:
        InputError: If PERSON or the diagnoses are missing, or a file lacks a column.
    """
    if not folder.is_dir():
        raise InputError(f"The folder {folder} does not exist. Give the folder that holds PERSON.csv.")
    person_file = _find(folder, ("PERSON",), "members")
    person = _collect(_rename(person_file, _PERSON_COLUMNS), person_file)
    people = person.select(
        "member_id",
        pl.lit(1, dtype=pl.Int32).alias("segment_number"),
        pl.col("sex").replace({"1": "M", "2": "F"}).str.to_uppercase().alias("sex"),
        _to_date("birth_date") if "birth_date" in person.columns else pl.lit(None, dtype=pl.Date).alias("birth_date"),
        *(pl.col(name).cast(pl.Int32, strict=False) for name in ("age_last", "enrollment_months")),
        pl.lit(1, dtype=pl.Int32).alias("segment_days"),
        pl.col("metal_level").str.to_lowercase(),
        pl.col("csr_indicator").cast(pl.Int32, strict=False),
    )
    check_metal_levels(people, str(person_file))
    reasons = {
        "missing_member_id": pl.col("member_id").is_null(),
        "duplicate_member": pl.col("member_id").is_duplicated(),
        "unknown_gender": ~pl.col("sex").is_in(["M", "F"]).fill_null(value=False),
        "invalid_age_last": ~pl.col("age_last").is_between(0, _OLDEST_AGE).fill_null(value=False),
        "invalid_enrollment_duration": ~pl.col("enrollment_months")
        .is_in([months for months, _, _ in rules.duration_bins])
        .fill_null(value=False),
        "unknown_csr_indicator": ~pl.col("csr_indicator").is_in(list(rules.csr_factors)).fill_null(value=False),
    }
    people = people.with_columns(first_reason(reasons))
    return ScoringInput(
        segments=people.filter(pl.col("reason").is_null()).drop("reason"),
        diagnoses=_cms_records(_find(folder, ("DIAG", "DIAGNOSES"), "diagnoses"), _DIAGNOSIS_COLUMNS),
        drugs=_cms_records(_find_optional(folder, ("NDC",)), _NDC_COLUMNS),
        services=_cms_records(_find_optional(folder, ("HCPCS",)), _HCPCS_COLUMNS),
        rejected=one_reason_per_member(people.filter(pl.col("reason").is_not_null())),
    )


# Our column: the spellings of the CMS software and of its users, and whether it must be there.
_MEMBER = ("ENROLID", "ID", "MEMBER_ID")
_Spellings = dict[str, tuple[tuple[str, ...], bool]]
_PERSON_COLUMNS: _Spellings = {
    "member_id": (_MEMBER, True),
    "sex": (("SEX",), True),
    "birth_date": (("DOB", "DATE_OF_BIRTH"), False),
    "age_last": (("AGE_LAST",), True),
    "metal_level": (("METAL", "METAL_LEVEL"), True),
    "csr_indicator": (("CSR_INDICATOR", "CSR"), True),
    "enrollment_months": (("ENROLDURATION", "ENROLLMENT_DURATION", "ENROLL_DURATION"), True),
}
_DIAGNOSIS_COLUMNS: _Spellings = {
    "member_id": (_MEMBER, True),
    "diagnosis_code": (("DIAG", "ICD10", "DX"), True),
    "service_date": (("DIAGNOSIS_SERVICE_DATE", "DIAG_SERVICE_DATE", "SERVICE_DATE"), True),
    "age_at_diagnosis": (("AGE_AT_DIAGNOSIS", "AGE_AT_DIAG"), False),
}
_NDC_COLUMNS: _Spellings = {
    "member_id": (_MEMBER, True),
    "ndc_code": (("NDC",), True),
    "fill_date": (("FILL_DATE", "SERVICE_DATE"), False),
}
_HCPCS_COLUMNS: _Spellings = {
    "member_id": (_MEMBER, True),
    "hcpcs_code": (("HCPCS",), True),
    "service_date": (("SERVICE_DATE", "HCPCS_SERVICE_DATE"), False),
}


def _cms_records(file: Path | None, columns: _Spellings) -> pl.LazyFrame:
    if file is None:
        return pl.LazyFrame(schema={name: pl.String for name, (_, required) in columns.items() if required})
    frame = _rename(file, columns)
    found = frame.collect_schema().names()
    frame = frame.with_columns(_to_date(name) for name in ("service_date", "fill_date") if name in found)
    if "age_at_diagnosis" in found:
        frame = frame.with_columns(pl.col("age_at_diagnosis").cast(pl.Int32, strict=False))
    return frame


def _rename(file: Path, columns: _Spellings) -> pl.LazyFrame:
    frame = _scan(file, ())
    found = {name.strip().upper(): name for name in frame.collect_schema().names()}
    chosen = {}
    known = {spelling for spellings, _ in columns.values() for spelling in spellings}
    for ours, (spellings, required) in columns.items():
        match = next((found[spelling] for spelling in spellings if spelling in found), None)
        if match is not None:
            chosen[ours] = match
        elif required:
            raise InputError(f"{file} has no column {' or '.join(spellings)}; {_header(list(found.values()), known)}.")
    return frame.select(pl.col(theirs).alias(ours) for ours, theirs in chosen.items())


def _find(folder: Path, names: tuple[str, ...], what: str) -> Path:
    file = _find_optional(folder, names)
    if file is None:
        raise InputError(f"{folder} holds no {' or '.join(names)} file (.csv or .parquet) with the {what}.")
    return file


def _find_optional(folder: Path, names: tuple[str, ...]) -> Path | None:
    found = [
        file
        for file in sorted(folder.iterdir())
        if file.stem.upper() in names and file.suffix.lower() in (".csv", ".parquet")
    ]
    if len(found) > 1:
        raise InputError(f"{folder} holds {' and '.join(file.name for file in found)}: leave one of them.")
    return found[0] if found else None


def _records(file: Path | None, date_column: str, code: str, our_code: str) -> pl.LazyFrame:
    if file is None:
        return pl.LazyFrame(schema={"member_id": pl.String, date_column: pl.Date, our_code: pl.String})
    return _scan(file, ("member_id", date_column, code)).select(
        "member_id", _to_date(date_column), pl.col(code).alias(our_code)
    )


def _scan(file: Path, needed: tuple[str, ...]) -> pl.LazyFrame:
    """A file with every column as trimmed text, empty text as null."""
    if not file.is_file():
        raise InputError(f"The file {file} does not exist.")
    try:
        if file.suffix.lower() == ".parquet":
            frame = pl.scan_parquet(file)
        elif file.suffix.lower() == ".csv":
            frame = pl.scan_csv(file, infer_schema=False)
        else:
            raise InputError(f"{file} is neither .csv nor .parquet: the ending tells how a file is read.")
        columns = frame.collect_schema()
    except (*UNREADABLE, OSError) as error:
        kind = "Parquet" if file.suffix.lower() == ".parquet" else "CSV with a header row"
        raise InputError(f"{file} cannot be read as {kind}.") from error
    names = columns.names()
    # Polars numbers the second column of a name, and the first would count alone.
    twice = sum(f"{name}_duplicated_0" in names for name in names)
    if twice:
        raise InputError(f"The header of {file} names {twice} column(s) twice. Each column needs a name of its own.")
    missing = [name for name in needed if name not in names]
    if missing:
        raise InputError(f"{file} lacks the column(s) {', '.join(missing)}; {_header(names, {*needed})}.")
    return frame.select(_as_text(name, dtype) for name, dtype in columns.items())


def _header(names: list[str], known: set[str]) -> str:
    """The column names that a file has; but where none is known, the first line is data, which is not printed."""
    if any(name in known or name.upper() in known for name in names):
        return f"found: {', '.join(names)}"
    return "its first line is not a header that this program knows"


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, (pl.Date, pl.Datetime)):
        # Parquet holds days of the year 5 million, too: to write these as text would end the process.
        units = {"ms": 10**3, "us": 10**6, "ns": 10**9}
        per_day = 86_400 * units[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 1
        column = pl.when((column.to_physical() // per_day).is_between(*_DAYS_OF_FOUR_DIGIT_YEARS)).then(column)
        # Many writers of Parquet know days only as midnights.
        column = column.dt.date() if isinstance(dtype, pl.Datetime) else column
    text = column.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _to_date(name: str) -> pl.Expr:
    """Dates as YYYY-MM-DD, with or without a time behind it, or YYYYMMDD; anything else is null and later counted.

    The macro `issuer_date` reads the same dates from the issuer's files; a test holds them equal. The shape is looked
    at first because parsers take more for a date, such as the year -2025.
    """
    text = pl.col(name)
    day = pl.coalesce(
        text.str.head(10).str.to_date("%Y-%m-%d", strict=False), text.str.to_date("%Y%m%d", strict=False, exact=True)
    )
    is_date = text.str.contains(r"^(?:[0-9]{8}$|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[ T]))") & (text.str.head(4) >= "1900")
    return pl.when(is_date).then(day).alias(name)


def _collect(frame: pl.LazyFrame, file: Path) -> pl.DataFrame:
    try:
        return frame.collect(engine="streaming")
    except UNREADABLE as error:
        raise InputError(
            f"{file} cannot be read to its end: it is damaged, or a row does not have the columns of the header."
        ) from error
