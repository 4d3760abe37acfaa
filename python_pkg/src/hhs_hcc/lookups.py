"""Code look-ups: from diagnoses, drug fills and services to the flags that they switch on.

A code is normalised and looked up once, however often it occurs: the distinct spellings of a feed are joined to the CMS
table first, and the rows then join on the spelling. What a row needs beyond its code (date, age, sex) is tested on
integer arrays, so that every row ends in exactly one outcome.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.editions import RuleEdition, ScoringChoices, UnknownValidity
from hhs_hcc.errors import InputError
from hhs_hcc.normalise import normalise_hcpcs, normalise_icd10, normalise_ndc
from hhs_hcc.parallel import in_threads
from hhs_hcc.rules import YearRules

Frame = pl.DataFrame | pl.LazyFrame
Int16Array = npt.NDArray[np.int16]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt32Array = npt.NDArray[np.uint32]
BoolArray = npt.NDArray[np.bool_]

# Rows are tested in blocks, so that temporary arrays stay small whatever the size of the feed.
_BLOCK_ROWS = 1 << 20
_NO_LIMIT = np.iinfo(np.int16).max
_ANY_SEX = -1
_UNKNOWN_AGE = -1
# The federal fiscal year, which ICD-10-CM code sets follow, starts in October.
_FISCAL_YEAR_START = (10, 1)


class Outcome(IntEnum):
    """What became of a row whose code stands in the CMS table."""

    COUNTED = 0
    MEMBER_UNKNOWN = 1
    DATE_MISSING = 2
    OUTSIDE_BENEFIT_YEAR = 3
    CODE_NOT_VALID_ON_DATE = 4
    AGE_OR_SEX_CONDITION = 5


@dataclass(frozen=True)
class RecordKind:
    """One kind of record and the columns that it comes in.

    Attributes:
        name: For messages and for the `record_kind` column.
        code: Column with the code.
        date: Column with the date, of type Date.
        normalise: Turns spellings into the spelling of the CMS tables.
    """

    name: str
    code: str
    date: str
    normalise: Callable[[pl.Expr], pl.Expr]


DIAGNOSES = RecordKind("diagnosis", "diagnosis_code", "service_date", normalise_icd10)
DRUGS = RecordKind("drug", "ndc_code", "fill_date", normalise_ndc)
SERVICES = RecordKind("service", "hcpcs_code", "service_date", normalise_hcpcs)


@dataclass(frozen=True)
class CodeTable:
    """A CMS mapping: per code one or more rows, each a flag and the conditions under which it holds.

    Attributes:
        codes: Columns code, code_number; one row per code.
        first_row: Per code the number of its first row; its rows are adjacent.
        row_count: Per code how many rows it has.
        flag: Per row the flag number of `YearRules.flags`.
        valid_fy_start: Per row: valid in the fiscal year that ends in the model year.
        valid_fy_end: Per row: valid in the fiscal year that starts in the model year.
        mce_age: Per row lowest and highest age of the Medicare Code Editor, shape (2, rows).
        split_age: Per row lowest and highest AGE_LAST of the CC split, shape (2, rows).
        mce_sex: Per row 1 male, 0 female, -1 any.
        split_sex: The same for the CC split.
    """

    codes: pl.DataFrame
    first_row: Int32Array
    row_count: Int32Array
    flag: Int16Array
    valid_fy_start: BoolArray
    valid_fy_end: BoolArray
    mce_age: Int16Array
    split_age: Int16Array
    mce_sex: Int16Array
    split_sex: Int16Array


@dataclass(frozen=True)
class MemberIndex:
    """Members by number, with what conditions ask of them.

    Attributes:
        numbers: Columns member_id, member_number.
        age_last: AGE_LAST per member.
        is_male: Sex per member.
        birth_day: Date of birth as the integer yyyymmdd; 0 where unknown.
    """

    numbers: pl.DataFrame
    age_last: Int16Array
    is_male: BoolArray
    birth_day: Int32Array


@dataclass(frozen=True)
class Hits:
    """What the codes switch on; rows may repeat.

    Attributes:
        member: Member number.
        flag: Flag number of `YearRules.flags`.
        row: Position of the record in its frame; None unless asked for.
        outcomes: Rows per outcome, for rows whose code is in the table.
        unmapped: Columns record_kind, code (normalised; null if it is no code at all), row_count.
    """

    member: UInt32Array
    flag: Int16Array
    row: UInt32Array | None
    outcomes: Mapping[Outcome, int]
    unmapped: pl.DataFrame


def diagnosis_table(rules: YearRules, choices: ScoringChoices) -> CodeTable:
    """ICD-10 to CC (Table 3), with carried validity counted or not as the run chooses."""
    frame = rules.tables["dx_to_cc"].select(
        pl.col("icd10").alias("code"),
        pl.col("cc").alias("flag"),
        pl.col("valid_fy_start"),
        pl.col("valid_fy_end")
        if choices.unknown_validity is UnknownValidity.CARRY_FORWARD
        else pl.col("valid_fy_end") & ~pl.col("is_valid_fy_end_carried"),
        *(
            pl.col(name) if choices.mce_edits else pl.lit(None, dtype=pl.Int32).alias(name)
            for name in ("mce_age_min", "mce_age_max")
        ),
        pl.col("mce_sex") if choices.mce_edits else pl.lit(None, dtype=pl.String).alias("mce_sex"),
        "cc_age_min",
        "cc_age_max",
        "cc_sex",
    )
    return _code_table(frame, rules)


def drug_table(rules: YearRules, _: ScoringChoices) -> CodeTable:
    """NDC to RXC (Table 10a) and to affiliated cost factors."""
    return _code_table(_unconditional(rules, "ndc_to_rxc", "ndc"), rules)


def service_table(rules: YearRules, _: ScoringChoices) -> CodeTable:
    """HCPCS to RXC (Table 10b) and to affiliated cost factors."""
    return _code_table(_unconditional(rules, "hcpcs_to_rxc", "hcpcs"), rules)


def look_up(
    records: Frame,
    kind: RecordKind,
    table: CodeTable,
    members: MemberIndex,
    rules: YearRules,
    choices: ScoringChoices,
    *,
    with_rows: bool = False,
) -> Hits:
    """Find what every record switches on.

    Args:
        records: member_id, the code and date columns of the kind; diagnoses may carry `age_at_diagnosis` (whole years),
            which is then used in place of the age from the date of birth. Drugs and services may come without a date
            column at all: then none is tested.
        kind: Which columns, and how codes are normalised.
        table: The CMS mapping.
        members: Who is scored.
        rules: The model year.
        choices: Edition and benefit year.
        with_rows: Keep the position of each record, for evidence.

    Raises:
        InputError: If a column is missing or is not of its type.
    """
    lazy = records.lazy()
    columns = lazy.collect_schema()
    has_date = _check_columns(kind, columns)
    spellings = (
        lazy.group_by(kind.code)
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
    known = spellings.filter(pl.col("code_number").is_not_null()).select(kind.code, pl.col("code_number"))
    wanted = ["member_number", "code_number"]
    if has_date:
        lazy = lazy.with_columns(pl.col(kind.date).to_physical())
        wanted.append(kind.date)
    if "age_at_diagnosis" in columns and kind is DIAGNOSES:
        wanted.append("age_at_diagnosis")
    if with_rows:
        lazy = lazy.with_row_index("row")
        wanted.append("row")
    found = (
        lazy.join(known.lazy(), on=kind.code, how="inner")
        .join(members.numbers.lazy(), on="member_id", how="left")
        .select(wanted)
        .collect(engine="streaming")
    )
    hits, outcomes = _test_rows(found, kind.date if has_date else None, table, members, rules, choices)
    row = found["row"].to_numpy()[hits[2]] if with_rows else None
    return Hits(hits[0], hits[1], row, outcomes, unmapped)


def _test_rows(
    found: pl.DataFrame,
    date_column: str | None,
    table: CodeTable,
    members: MemberIndex,
    rules: YearRules,
    choices: ScoringChoices,
) -> tuple[tuple[UInt32Array, Int16Array, Int64Array], dict[Outcome, int]]:
    def test(start: int) -> tuple[UInt32Array, Int16Array, Int64Array, Int64Array]:
        return _test_block(found.slice(start, _BLOCK_ROWS), start, date_column, table, members, rules, choices)

    tested = list(in_threads(test, range(0, max(found.height, 1), _BLOCK_ROWS)))
    member, flag, row, counts = (list(column) for column in zip(*tested, strict=True))
    outcomes = np.sum(counts, axis=0)
    return (
        (np.concatenate(member), np.concatenate(flag), np.concatenate(row)),
        {outcome: int(outcomes[outcome]) for outcome in Outcome},
    )


def _test_block(
    block: pl.DataFrame,
    start: int,
    date_column: str | None,
    table: CodeTable,
    members: MemberIndex,
    rules: YearRules,
    choices: ScoringChoices,
) -> tuple[UInt32Array, Int16Array, Int64Array, Int64Array]:
    """Member, flag and position of each hit of a block, and its rows per outcome."""
    outcome = np.zeros(block.height, dtype=np.int8)
    # The first reason that applies is the row's outcome.
    outcome[block["member_number"].is_null().to_numpy()] = Outcome.MEMBER_UNKNOWN
    member = block["member_number"].fill_null(0).to_numpy()
    code = block["code_number"].to_numpy()
    days, may_be_start, may_be_end = _test_dates(block, date_column, outcome, rules, choices)
    conditions = _Conditions(block, days, member, table, members, choices)

    valid = np.zeros(block.height, dtype=np.bool_)
    counted = np.zeros(block.height, dtype=np.bool_)
    hits, flags = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int16)]
    in_play = np.flatnonzero(outcome == Outcome.COUNTED)
    alternative = 0
    while len(in_play):
        of_play = _taker(in_play, block.height)
        row = table.first_row[of_play(code)] + alternative
        is_valid = (of_play(may_be_start) & table.valid_fy_start[row]) | (of_play(may_be_end) & table.valid_fy_end[row])
        valid[in_play] |= is_valid
        holds = is_valid & conditions.hold(in_play, row)
        hit = in_play[holds]
        counted[hit] = True
        hits.append(hit)
        flags.append(table.flag[row[holds]])
        alternative += 1
        in_play = in_play[table.row_count[of_play(code)] > alternative]

    open_rows = (outcome == Outcome.COUNTED) & ~counted
    outcome[open_rows & ~valid] = Outcome.CODE_NOT_VALID_ON_DATE
    outcome[open_rows & valid] = Outcome.AGE_OR_SEX_CONDITION
    hit_rows = np.concatenate(hits)
    return (
        member[hit_rows],
        np.concatenate(flags),
        hit_rows + start,
        np.bincount(outcome, minlength=len(Outcome)),
    )


def _taker(chosen: Int64Array, size: int) -> Callable[[npt.NDArray[Any]], npt.NDArray[Any]]:
    """Takes the chosen elements of an array; where all are chosen, as usual in a clean feed, without copying it."""
    return (lambda values: values) if len(chosen) == size else (lambda values: values[chosen])


def _test_dates(
    block: pl.DataFrame,
    date_column: str | None,
    outcome: npt.NDArray[np.int8],
    rules: YearRules,
    choices: ScoringChoices,
) -> tuple[Int32Array | None, BoolArray, BoolArray]:
    """Mark rows without a usable date; say in which fiscal year(s) of the code table each row may be valid."""
    everywhere = np.ones(block.height, dtype=np.bool_)
    if date_column is None:
        return None, everywhere, everywhere
    benefit_year = choices.benefit_year or rules.model_year
    dates = block[date_column]
    missing = dates.is_null().to_numpy()
    days = dates.fill_null(0).to_numpy()
    outside = (days < _days(benefit_year, 1, 1)) | (days > _days(benefit_year, 12, 31))
    passed = outcome == Outcome.COUNTED
    outcome[passed & missing] = Outcome.DATE_MISSING
    outcome[passed & ~missing & outside] = Outcome.OUTSIDE_BENEFIT_YEAR
    if benefit_year != rules.model_year:
        # A what-if: another year's codes are valid if the model year's table lists them in either fiscal year.
        return days, everywhere, everywhere
    before_october = days < _days(benefit_year, *_FISCAL_YEAR_START)
    return days, before_october, ~before_october


class _Conditions:
    """The age and sex conditions of Table 3, for rows of one block."""

    def __init__(
        self,
        block: pl.DataFrame,
        days: Int32Array | None,
        member: UInt32Array,
        table: CodeTable,
        members: MemberIndex,
        choices: ScoringChoices,
    ) -> None:
        self._table = table
        self._members = members
        self._member = member
        self._days = days
        self._edition = choices.edition
        self._given_age = (
            block["age_at_diagnosis"].fill_null(_UNKNOWN_AGE).to_numpy()
            if "age_at_diagnosis" in block.columns
            else None
        )
        self._is_conditional = (
            (table.mce_age[0] > 0)
            | (table.mce_age[1] < _NO_LIMIT)
            | (table.split_age[0] > 0)
            | (table.split_age[1] < _NO_LIMIT)
            | (table.mce_sex != _ANY_SEX)
            | (table.split_sex != _ANY_SEX)
        )

    def hold(self, in_play: npt.NDArray[np.int64], row: npt.NDArray[np.int32]) -> BoolArray:
        """Per record in play: does the mapping row apply to its member?"""
        result = np.ones(len(in_play), dtype=np.bool_)
        tested = np.flatnonzero(self._is_conditional[row])
        if not len(tested):
            return result
        row = row[tested]
        record = in_play[tested]
        member = self._member[record]
        table = self._table
        age_last = self._members.age_last[member]
        is_male = self._members.is_male[member]
        holds = (age_last >= table.split_age[0, row]) & (age_last <= table.split_age[1, row])
        holds &= (table.split_sex[row] == _ANY_SEX) | (table.split_sex[row] == is_male)
        holds &= (table.mce_sex[row] == _ANY_SEX) | (table.mce_sex[row] == is_male)
        holds &= self._mce_age_holds(record, row, member, age_last)
        result[tested] = holds
        return result

    def _mce_age_holds(
        self, record: npt.NDArray[np.int64], row: npt.NDArray[np.int32], member: UInt32Array, age_last: Int16Array
    ) -> BoolArray:
        lowest, highest = self._table.mce_age[:, row]
        holds = np.ones(len(row), dtype=np.bool_)
        limited = np.flatnonzero((lowest > 0) | (highest < _NO_LIMIT))
        age = self._age_at_diagnosis(record[limited], member[limited])
        is_known = age != _UNKNOWN_AGE
        if self._edition is RuleEdition.CMS_SOFTWARE:
            # The software asks for AGE_AT_DIAGNOSIS to be present, and then looks at AGE_LAST.
            age = age_last[limited]
        holds[limited] = is_known & (age >= lowest[limited]) & (age <= highest[limited])
        return holds

    def _age_at_diagnosis(self, record: npt.NDArray[np.int64], member: UInt32Array) -> npt.NDArray[np.integer]:
        birth_day = self._members.birth_day[member]
        if self._days is None:
            age = np.full(len(record), _UNKNOWN_AGE)
        else:
            # A newborn's claim may start on the day before the birth, with the mother's stay: the age is 0, not -1.
            age = np.maximum(0, (_day_number(self._days[record]) - birth_day) // 10_000)
            age = np.where(birth_day == 0, _UNKNOWN_AGE, age)
        if self._given_age is not None:
            given = self._given_age[record]
            age = np.where(given == _UNKNOWN_AGE, age, given)
        return age


def _unconditional(rules: YearRules, table: str, code: str) -> pl.DataFrame:
    factors = rules.tables["acf_code"].filter(pl.col("code_type") == code)
    no_number, no_text = pl.lit(None, dtype=pl.Int32), pl.lit(None, dtype=pl.String)
    return pl.concat(
        [
            rules.tables[table].select(pl.col(code).alias("code"), pl.col("rxc").alias("flag")),
            factors.select("code", pl.col("variable").alias("flag")),
        ]
    ).with_columns(
        pl.lit(value=True).alias("valid_fy_start"),
        pl.lit(value=True).alias("valid_fy_end"),
        *(no_number.alias(name) for name in ("mce_age_min", "mce_age_max", "cc_age_min", "cc_age_max")),
        *(no_text.alias(name) for name in ("mce_sex", "cc_sex")),
    )


def _code_table(frame: pl.DataFrame, rules: YearRules) -> CodeTable:
    frame = frame.sort("code", "flag", "cc_age_min", "cc_sex")
    codes = frame.group_by("code", maintain_order=True).agg(pl.len().alias("rows"))
    row_count = codes["rows"].to_numpy().astype(np.int32)

    def ages(prefix: str) -> Int16Array:
        lowest = frame[f"{prefix}_age_min"].fill_null(0).to_numpy()
        highest = frame[f"{prefix}_age_max"].fill_null(_NO_LIMIT).to_numpy()
        return np.stack([lowest, highest]).astype(np.int16)

    def sexes(column: str) -> Int16Array:
        numbers = frame[column].replace_strict({"M": 1, "F": 0}, default=_ANY_SEX, return_dtype=pl.Int16)
        return numbers.fill_null(_ANY_SEX).to_numpy()

    return CodeTable(
        codes=codes.select("code", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code_number")),
        first_row=(np.cumsum(row_count) - row_count).astype(np.int32),
        row_count=row_count,
        flag=frame["flag"].replace_strict(rules.flag_numbers, return_dtype=pl.Int16).to_numpy(),
        valid_fy_start=frame["valid_fy_start"].to_numpy(),
        valid_fy_end=frame["valid_fy_end"].to_numpy(),
        mce_age=ages("mce"),
        split_age=ages("cc"),
        mce_sex=sexes("mce_sex"),
        split_sex=sexes("cc_sex"),
    )


def _check_columns(kind: RecordKind, columns: pl.Schema) -> bool:
    """Whether the records carry dates; raises on a column that is absent or of another type."""
    missing = [name for name in ("member_id", kind.code) if name not in columns]
    if kind is DIAGNOSES and kind.date not in columns:
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


def _days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


def _day_number(days: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Days since 1970 as the integer yyyymmdd, in which whole years are a division away."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month_number = months.astype(np.int64)
    day = (dates - months).astype(np.int64) + 1
    number: Int64Array = (1970 + month_number // 12) * 10_000 + (month_number % 12 + 1) * 100 + day
    return number
