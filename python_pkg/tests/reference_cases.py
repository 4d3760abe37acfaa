"""The reference cases of a year: what goes in, and what a right answer is under each edition."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from invented import rules_of, tables_of

from hhs_hcc import ReferenceTables, score
from hhs_hcc.output import score_lines
from hhs_hcc.readers import ScoringInput, read_project_files

CASES = Path(__file__).resolve().parent / "reference" / "cases"
YEARS = (2021, 2022, 2023, 2024, 2025)
FIRST_YEAR_OF_THE_SOFTWARE = 2023


@dataclass(frozen=True)
class Expected:
    """The right answer for one member; sets where order means nothing."""

    model: str
    age_last: int
    enrollment_duration: int
    hccs: frozenset[str]
    rxcs: frozenset[str]
    variables: frozenset[str]
    raw_risk_score: Decimal
    csr_factor: Decimal
    reported_risk_score: Decimal


def path(year: int, name: str) -> Path:
    return CASES / str(year) / f"{name}.csv"


@cache
def expected_rows(year: int) -> list[dict[str, Any]]:
    return pl.read_csv(path(year, "expected"), infer_schema=False).rows(named=True)


def notes(row: dict[str, Any]) -> dict[str, str]:
    """`key=value` pairs and bare words (with an empty value) of the note."""
    return {key: value for key, _, value in (part.partition("=") for part in (row["note"] or "").split(";")) if key}


def expected(year: int, edition: str) -> dict[str, Expected]:
    """Member to right answer. The columns hold one edition; where the other differs, the note holds it."""
    in_columns = "cms_software" if year >= FIRST_YEAR_OF_THE_SOFTWARE else "diy_tables"
    other = {"cms_software": "tables_", "diy_tables": "python_style_"}[in_columns]
    answers = {}
    for row in expected_rows(year):
        note = notes(row)
        is_other = edition != in_columns and "differs" in note
        source = {name.removeprefix(other): value for name, value in note.items()} if is_other else row
        answers[row["member_id"]] = Expected(
            model=row["model"],
            age_last=int(row["age_last"]),
            enrollment_duration=int(row["enrollment_duration"]),
            hccs=_set(row["hccs"]),
            rxcs=_set(row["rxcs"]),
            variables=_set(source["variables"]),
            raw_risk_score=Decimal(source["risk_score"]),
            csr_factor=Decimal(row["csr_factor"]),
            reported_risk_score=Decimal(source["csr_adjusted_risk_score"]),
        )
    return answers


def members_and_records(year: int, diagnoses: Path | None = None) -> ScoringInput:
    """The files as the command line reads them, so that spans, dates and spellings are tested too."""
    return read_project_files(
        path(year, "members"),
        diagnoses or path(year, "diagnoses"),
        path(year, "ndc"),
        path(year, "hcpcs"),
        rules_of(year),
        year,
    )


def answers(
    year: int, edition: str, tables: ReferenceTables | None = None, diagnoses: Path | None = None
) -> dict[str, Expected]:
    """What the calculator says, in the same shape as `expected`."""
    found = members_and_records(year, diagnoses)
    assert found.rejected.is_empty()
    result = score(
        found.segments,
        found.diagnoses,
        found.drugs,
        found.services,
        tables or tables_of(year),
        edition=edition,
    )
    return {
        line["member_id"]: Expected(
            model=line["model"],
            age_last=line["age_last"],
            enrollment_duration=line["enrollment_duration"],
            hccs=_set(line["hccs"]),
            rxcs=_set(line["rxcs"]),
            variables=_set(line["variables"]),
            raw_risk_score=line["raw_risk_score"],
            csr_factor=line["csr_factor"],
            reported_risk_score=line["reported_risk_score"],
        )
        for line in score_lines(result).rows(named=True)
    }


def differing(found: dict[str, Expected], right: dict[str, Expected]) -> dict[str, str]:
    """Synthetic member to the fields that differ; empty when all are equal."""
    return {
        member_id: ", ".join(
            name
            for name in Expected.__dataclass_fields__
            if member_id not in found or getattr(found[member_id], name) != getattr(right[member_id], name)
        )
        for member_id in sorted(found.keys() | right.keys())
        if found.get(member_id) != right.get(member_id)
    }


def _set(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())
