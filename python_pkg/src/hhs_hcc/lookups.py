"""Code look-ups: from diagnoses, drug fills and services to the flags that they switch on.

A code is normalised and looked up once, however often it occurs: the distinct spellings of a feed are joined to the CMS
table first, and the records then join on the spelling. The rest of a record is tested on numbers (`record_tests`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from hhs_hcc.code_tables import CodeTable, Int16Array, diagnosis_table, drug_table, service_table
from hhs_hcc.editions import ScoringChoices
from hhs_hcc.errors import InputError
from hhs_hcc.normalise import normalise_hcpcs, normalise_icd10, normalise_ndc
from hhs_hcc.record_tests import MemberIndex, Outcome, RecordTests, UInt32Array, records_of
from hhs_hcc.rules import YearRules

Frame = pl.DataFrame | pl.LazyFrame


@dataclass(frozen=True)
class RecordKind:
    """One kind of record and the columns that it comes in.

    Attributes:
        name: For messages and for the `record_kind` column.
        code: Column with the code.
        date: Column with the date, of type Date.
        needs_date: Records without a date column are refused.
        normalise: Turns spellings into the spelling of the CMS tables.
        table: Makes the table of its codes.
    """

    name: str
    code: str
    date: str
    needs_date: bool
    normalise: Callable[[pl.Expr], pl.Expr]
    table: Callable[[YearRules, ScoringChoices], CodeTable]


DIAGNOSES = RecordKind("diagnosis", "diagnosis_code", "service_date", True, normalise_icd10, diagnosis_table)
DRUGS = RecordKind("drug", "ndc_code", "fill_date", False, normalise_ndc, drug_table)
SERVICES = RecordKind("service", "hcpcs_code", "service_date", False, normalise_hcpcs, service_table)
RECORD_KINDS = {"diagnoses": DIAGNOSES, "drugs": DRUGS, "services": SERVICES}

AGE_AT_DIAGNOSIS = "age_at_diagnosis"
# No column of an issuer is called so.
ROW, SPELLING = "row of the record", "number of the spelling"


class Behind(NamedTuple):
    """The records behind hits.

    Attributes:
        record: Per hit the position of its record in `records`, ascending.
        records: ROW, SPELLING, the date where there is one, and the columns carried; in no particular order.
        spellings: The codes as given, by SPELLING: a number takes a quarter of the room of a text.
    """

    record: UInt32Array
    records: pl.DataFrame
    spellings: pl.Series


@dataclass(frozen=True)
class Hits:
    """What the codes of one kind of record switch on.

    Attributes:
        kind: Of record.
        member: Member number per hit.
        flag: Flag number of `YearRules.flags` per hit.
        outcomes: Records per outcome, for records whose code is in the table.
        unmapped: Columns record_kind, code (normalised; null if it is no code at all), row_count.
        behind: The records behind the hits; None unless asked for.
    """

    kind: RecordKind
    member: UInt32Array
    flag: Int16Array
    outcomes: Mapping[Outcome, int]
    unmapped: pl.DataFrame
    behind: Behind | None


def look_up(
    given: Frame,
    kind: RecordKind,
    members: MemberIndex,
    rules: YearRules,
    choices: ScoringChoices,
    *,
    carry: Sequence[str] | None = None,
) -> Hits:
    """Find what every record switches on.

    Args:
        given: member_id, the code and date columns of the kind; diagnoses may carry `age_at_diagnosis` (whole years),
            which is then used in place of the age from the date of birth. Drugs and services may come without a date
            column at all: then none is tested.
        kind: Which columns, how codes are normalised, and the table that maps them.
        members: Who is scored.
        rules: The model year.
        choices: Edition and benefit year.
        carry: Keep the records behind the hits, with these columns where there are such.

    Raises:
        InputError: If a column is missing or is not of its type.
    """
    lazy = given.lazy()
    columns = lazy.collect_schema()
    date = kind.date if _check_columns(kind, columns) else None
    table = kind.table(rules, choices)
    known, unmapped = _spellings(lazy, kind, table)
    tested_columns = [name for name in (date, AGE_AT_DIAGNOSIS if kind is DIAGNOSES else None) if name in columns]
    kept = [] if carry is None else [ROW, SPELLING, *(name for name in (date, *carry) if name in columns)]
    found = (
        (lazy if carry is None else lazy.with_row_index(ROW))
        .join(known.lazy().with_row_index(SPELLING), on=kind.code, how="inner")
        .join(members.numbers.lazy(), on="member_id", how="left")
        .select("member_number", "code_number", *dict.fromkeys([*tested_columns, *kept]))
        .collect(engine="streaming")
    )
    records = records_of(found, date)
    tested = RecordTests(table, members, rules, choices).apply(records)
    return Hits(
        kind=kind,
        member=records.member[tested.record],
        flag=tested.flag,
        outcomes=tested.outcomes,
        unmapped=unmapped,
        behind=(
            None if carry is None else Behind(tested.record, found.select(list(dict.fromkeys(kept))), known[kind.code])
        ),
    )


def _spellings(given: pl.LazyFrame, kind: RecordKind, table: CodeTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The spellings of codes that stand in the table, with their code_number, and the codes that do not."""
    spellings = (
        given.group_by(kind.code)
        .agg(pl.len().alias("row_count"))
        .collect(engine="streaming")
        .with_columns(kind.normalise(pl.col(kind.code)).alias("code"))
        .join(table.codes, on="code", how="left")
    )
    unmapped = (
        spellings.filter(pl.col("code_number").is_null())
        .group_by("code")
        .agg(pl.col("row_count").sum())
        .select(pl.lit(kind.name).alias("record_kind"), "code", pl.col("row_count").cast(pl.Int64))
        .sort("code")
    )
    return spellings.filter(pl.col("code_number").is_not_null()).select(kind.code, "code_number"), unmapped


def _check_columns(kind: RecordKind, columns: pl.Schema) -> bool:
    """Whether the records carry dates; raises on a column that is absent or of another type."""
    missing = [name for name in ("member_id", kind.code) if name not in columns]
    if kind.needs_date and kind.date not in columns:
        missing.append(kind.date)
    if missing:
        raise InputError(
            f"The {kind.name} records lack the column(s) {', '.join(missing)}; found: {', '.join(columns)}."
        )
    if kind.date in columns and columns[kind.date] != pl.Date:
        raise InputError(
            f"The column {kind.date} of the {kind.name} records is {columns[kind.date]}, not a date. Cast it first."
        )
    return kind.date in columns
