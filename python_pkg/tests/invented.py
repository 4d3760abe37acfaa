"""Invented members for tests: a few words make a person, score the person, and look at one part of the result.

The figures that tests compare with stand in the tests, with the CMS table that they come from. Only the seeds of the
project are read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from hhs_hcc import ReferenceTables, ScoreResult, score
from hhs_hcc.coverage import SPAN_COLUMNS, Coverage, segments_from_spans
from hhs_hcc.flags import FlagMatrix
from hhs_hcc.output import score_lines
from hhs_hcc.population import SEGMENT_COLUMNS
from hhs_hcc.rules import YearRules, compile_rules

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "cms"
MODEL_YEARS = (2021, 2022, 2023, 2024, 2025, 2026)
EDITIONS = ("diy_tables", "cms_software")
# The indicator of a plan without cost-sharing reduction: 0 in the thirteen-level scheme, 1 in the later ones (Table 1).
NO_CSR = {2021: 0, 2022: 0, 2023: 1, 2024: 1, 2025: 1, 2026: 1}

DX_COLUMNS = {"member_id": pl.String, "service_date": pl.Date, "diagnosis_code": pl.String}
DRUG_COLUMNS = {"member_id": pl.String, "fill_date": pl.Date, "ndc_code": pl.String}
SERVICE_COLUMNS = {"member_id": pl.String, "service_date": pl.Date, "hcpcs_code": pl.String}

Record = str | tuple[str, str] | tuple[str, str, str]
"""A code of member A on 1 March; or a day and a code of member A; or member, day and code."""


@cache
def tables_of(model_year: int) -> ReferenceTables:
    """The CMS tables of a year, read once per test session."""
    return ReferenceTables.from_directory(SEEDS, model_year)


@cache
def rules_of(model_year: int) -> YearRules:
    return compile_rules(tables_of(model_year))


def member(
    member_id: str = "A",
    *,
    sex: str = "F",
    age_last: int = 40,
    months: int = 12,
    metal_level: str = "silver",
    csr_indicator: int | None = None,
    segment_number: int = 1,
    segment_days: int = 365,
    birth_date: date | None = None,
) -> dict[str, Any]:
    """One plan segment of a woman of 40 with silver coverage all year, unless told otherwise."""
    return {
        "member_id": member_id,
        "segment_number": segment_number,
        "sex": sex,
        "birth_date": birth_date,
        "age_last": age_last,
        "enrollment_months": months,
        "segment_days": segment_days,
        "metal_level": metal_level,
        "csr_indicator": csr_indicator,
    }


def segments(members: Iterable[Mapping[str, Any]], model_year: int, benefit_year: int | None = None) -> pl.DataFrame:
    """Segments as `score` takes them; who has no birth date is born on 2 January and who has no CSR pays in full."""
    year = benefit_year or model_year
    rows = [
        {
            **row,
            "birth_date": row["birth_date"] or date(year - row["age_last"], 1, 2),
            "csr_indicator": NO_CSR[model_year] if row["csr_indicator"] is None else row["csr_indicator"],
        }
        for row in members
    ]
    return pl.DataFrame(rows, schema=SEGMENT_COLUMNS)


def records(rows: Iterable[Record], columns: Mapping[str, type[pl.DataType]], year: int) -> pl.DataFrame:
    whole = []
    for row in rows:
        parts = (row,) if isinstance(row, str) else row
        member_id, day, code = ("A", f"{year}-03-01", *parts)[-3:] if len(parts) == 1 else ("A", *parts)[-3:]
        whole.append((member_id, date.fromisoformat(day), code))
    return pl.DataFrame(whole, schema=dict(columns), orient="row")


@dataclass(frozen=True)
class Scored:
    """A result with short ways to the parts that tests speak about."""

    result: ScoreResult

    def row(self, member_id: str = "A") -> dict[str, Any]:
        return self.result.scores.row(by_predicate=pl.col("member_id") == member_id, named=True)

    def line(self, member_id: str = "A") -> dict[str, Any]:
        """The line that the command line would write."""
        return score_lines(self.result).row(by_predicate=pl.col("member_id") == member_id, named=True)

    def raw(self, member_id: str = "A") -> Decimal:
        return self.row(member_id)["raw_risk_score"]

    def risk_score(self, member_id: str = "A") -> Decimal:
        return self.row(member_id)["risk_score"]

    def hccs(self, member_id: str = "A") -> set[str]:
        return set(self.line(member_id)["hccs"].split())

    def rxcs(self, member_id: str = "A") -> set[str]:
        return set(self.line(member_id)["rxcs"].split())

    def variables(self, member_id: str = "A") -> set[str]:
        return set(self.line(member_id)["variables"].split())

    def outcome(self, name: str) -> int:
        """How many rows ended so, over all kinds of record."""
        return self.result.outcomes.filter(pl.col("outcome") == name)["row_count"].sum()


def scored(
    model_year: int,
    members: Sequence[Mapping[str, Any]] | Mapping[str, Any] | Coverage | None = None,
    *,
    dx: Iterable[Record] = (),
    drugs: Iterable[Record] = (),
    services: Iterable[Record] = (),
    tables: ReferenceTables | None = None,
    **choices: Any,
) -> Scored:
    """Score invented members (one woman of 40 if none is given)."""
    year = choices.get("benefit_year") or model_year
    if isinstance(members, Coverage):
        people = members.segments
    else:
        rows = [member()] if members is None else [members] if isinstance(members, Mapping) else members
        people = segments(rows, model_year, year)
    return Scored(
        score(
            people,
            records(dx, DX_COLUMNS, year),
            records(drugs, DRUG_COLUMNS, year),
            records(services, SERVICE_COLUMNS, year),
            tables or tables_of(model_year),
            **choices,
        )
    )


def span(
    start: str | None,
    end: str | None,
    *,
    member_id: str | None = "A",
    born: str | None = "1985-01-02",
    sex: str | None = "F",
    metal_level: str = "silver",
    csr_indicator: str = "1",
) -> tuple[Any, ...]:
    """One enrollment span of a woman born in 1985, silver without cost-sharing reduction (2023 and later)."""
    first, last, birth = (None if day is None else date.fromisoformat(day) for day in (start, end, born))
    return (member_id, birth, sex, metal_level, csr_indicator, first, last)


def covered(year: int, *spans: tuple[Any, ...], benefit_year: int | None = None) -> Coverage:
    """Segments of spans, as the command line makes them."""
    dates = {"date_of_birth", "enrollment_start", "enrollment_end"}
    schema = {name: pl.Date if name in dates else pl.String for name in SPAN_COLUMNS}
    frame = pl.DataFrame(spans, schema=schema, orient="row")
    return segments_from_spans(frame, rules_of(year), benefit_year or year)


def flags(*names: str, **members: list[str]) -> FlagMatrix:
    """Members by name, each with what is on: `flags("X", "Y", A=["X"], B=[])`."""
    on = FlagMatrix.empty(names, len(members))
    for column, found in enumerate(members.values()):
        for name in found:
            on.rows[on.position(name), column] = True
    return on


def total(*figures: str) -> Decimal:
    """The sum of figures written down as CMS prints them."""
    return sum((Decimal(figure) for figure in figures), Decimal(0))
