"""What a record needs beyond its code: a member who is scored, a date on which the code is valid, an age and a sex.

Records are tested on integer arrays, block by block, so that each ends in exactly one outcome.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.code_tables import ANY_SEX, BEFORE_OCTOBER, FROM_OCTOBER, NO_LIMIT, BoolArray, CodeTable, UInt8Array
from hhs_hcc.editions import RuleEdition, ScoringChoices
from hhs_hcc.parallel import in_threads
from hhs_hcc.rules import YearRules

Int16Array = npt.NDArray[np.int16]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
UInt32Array = npt.NDArray[np.uint32]

# Small enough for the arrays of a block to stay in the processor's cache.
_BLOCK_ROWS = 1 << 17
_UNKNOWN_AGE = -1
_NO_PART_OF_THE_YEAR = np.uint8(0)
# The federal fiscal year, which ICD-10-CM code sets follow, starts in October.
_FISCAL_YEAR_START = (10, 1)


class Outcome(IntEnum):
    """What became of a record whose code stands in the CMS table."""

    COUNTED = 0
    MEMBER_UNKNOWN = 1
    DATE_MISSING = 2
    OUTSIDE_BENEFIT_YEAR = 3
    CODE_NOT_VALID_ON_DATE = 4
    AGE_OR_SEX_CONDITION = 5


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


class Records(NamedTuple):
    """Records whose code stands in the CMS table, as columns.

    Attributes:
        member: Member number; 0 where nobody has the id.
        has_member: False where nobody has the id; None where all have a member.
        code: Code number.
        day: Days since 1970, 0 where missing; None where the records carry no dates: then none is tested.
        has_day: False where the date is missing; None where none is.
        given_age: Age at diagnosis in whole years, -1 where not given; None where the records do not carry it.
    """

    member: UInt32Array
    has_member: BoolArray | None
    code: UInt32Array
    day: Int32Array | None
    has_day: BoolArray | None
    given_age: npt.NDArray[np.integer] | None

    def take(self, rows: slice | Int64Array) -> "Records":
        """Some of the records."""
        return Records(
            member=self.member[rows],
            has_member=None if self.has_member is None else self.has_member[rows],
            code=self.code[rows],
            day=None if self.day is None else self.day[rows],
            has_day=None if self.has_day is None else self.has_day[rows],
            given_age=None if self.given_age is None else self.given_age[rows],
        )


class Tested(NamedTuple):
    """What records switch on.

    Attributes:
        record: Position of the record, ascending; a record repeats where its code gives several flags.
        flag: Flag number of `YearRules.flags`.
        outcomes: Records per outcome.
    """

    record: UInt32Array
    flag: Int16Array
    outcomes: dict[Outcome, int]


class RecordTests:
    """The tests of one kind of record in one run."""

    def __init__(self, table: CodeTable, members: MemberIndex, rules: YearRules, choices: ScoringChoices) -> None:
        self._table = table
        self._members = members
        self._edition = choices.edition
        year = choices.benefit_year or rules.model_year
        self._first_day = _days(year, 1, 1)
        self._parts = _parts_of_year(year, is_what_if=year != rules.model_year)

    def apply(self, records: Records) -> Tested:
        """Test all records."""

        def test(start: int) -> tuple[UInt32Array, Int16Array, Int64Array]:
            record, flag, outcomes = self._apply(records.take(slice(start, start + _BLOCK_ROWS)))
            return record + np.uint32(start), flag, outcomes

        blocks = in_threads(test, range(0, max(len(records.code), 1), _BLOCK_ROWS))
        record, flag, outcomes = zip(*blocks, strict=True)
        total = np.sum(outcomes, axis=0)
        return Tested(
            np.concatenate(record), np.concatenate(flag), {outcome: int(total[outcome]) for outcome in Outcome}
        )

    def _apply(self, records: Records) -> tuple[UInt32Array, Int16Array, Int64Array]:
        part = self._part_of_year(records)
        table = self._table
        row = table.first_row[records.code]
        holds = (table.valid[row] & part) != 0
        is_plain = table.is_plain[records.code]
        hit = np.flatnonzero(holds & is_plain)
        flag = table.flag[row[hit]]
        # The rest either asks for more or has failed; both are few.
        rest = np.flatnonzero(~(holds & is_plain))
        if not len(rest):
            return hit.astype(np.uint32), flag, _counts({Outcome.COUNTED: len(hit)})
        outcome, rest_hit, rest_flag = self._test_closely(records.take(rest), part[rest])
        outcome[Outcome.COUNTED] += len(hit)
        if len(rest_hit):
            hit, flag = np.concatenate([hit, rest[rest_hit]]), np.concatenate([flag, rest_flag])
            order = np.argsort(hit, kind="stable")
            hit, flag = hit[order], flag[order]
        return hit.astype(np.uint32), flag, outcome

    def _part_of_year(self, records: Records) -> UInt8Array:
        """Per record the part(s) of the code table's year in which it may be valid; 0 where it cannot count at all."""
        if records.day is None:
            part = np.full(len(records.code), BEFORE_OCTOBER | FROM_OCTOBER)
        else:
            # Days before the year wrap around to large numbers, which stand for all days outside.
            offset = (records.day - self._first_day).view(np.uint32)
            part = self._parts[np.minimum(offset, len(self._parts) - 1)]
        for has in (records.has_member, records.has_day):
            if has is not None:
                part = np.where(has, part, _NO_PART_OF_THE_YEAR)
        return part

    def _test_closely(self, records: Records, part: UInt8Array) -> tuple[Int64Array, Int64Array, Int16Array]:
        """Records per outcome; position and flag of each hit. The first reason that applies is the outcome."""
        outcome = np.zeros(len(part), dtype=np.int8)
        if records.day is not None:
            outcome[part == _NO_PART_OF_THE_YEAR] = Outcome.OUTSIDE_BENEFIT_YEAR
        if records.has_day is not None:
            outcome[~records.has_day] = Outcome.DATE_MISSING
        if records.has_member is not None:
            outcome[~records.has_member] = Outcome.MEMBER_UNKNOWN

        table = self._table
        valid = np.zeros(len(part), dtype=np.bool_)
        counted = np.zeros(len(part), dtype=np.bool_)
        hits, flags = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int16)]
        in_play = np.flatnonzero(outcome == Outcome.COUNTED)
        alternative = 0
        while len(in_play):
            row = table.first_row[records.code[in_play]] + alternative
            is_valid = (table.valid[row] & part[in_play]) != 0
            valid[in_play] |= is_valid
            holds = is_valid & self._conditions_hold(records, in_play, row)
            counted[in_play[holds]] = True
            hits.append(in_play[holds])
            flags.append(table.flag[row[holds]])
            alternative += 1
            in_play = in_play[table.row_count[records.code[in_play]] > alternative]

        failed = (outcome == Outcome.COUNTED) & ~counted
        outcome[failed & ~valid] = Outcome.CODE_NOT_VALID_ON_DATE
        outcome[failed & valid] = Outcome.AGE_OR_SEX_CONDITION
        return np.bincount(outcome, minlength=len(Outcome)), np.concatenate(hits), np.concatenate(flags)

    def _conditions_hold(self, records: Records, in_play: Int64Array, row: Int32Array) -> BoolArray:
        """Per record in play: does the mapping row apply to its member (Table 3)?"""
        table = self._table
        result = np.ones(len(in_play), dtype=np.bool_)
        tested = np.flatnonzero(table.has_condition[row])
        if not len(tested):
            return result
        row, asked = row[tested], records.take(in_play[tested])
        age_last = self._members.age_last[asked.member]
        is_male = self._members.is_male[asked.member]
        holds = (age_last >= table.split_age[0, row]) & (age_last <= table.split_age[1, row])
        holds &= (table.split_sex[row] == ANY_SEX) | (table.split_sex[row] == is_male)
        holds &= (table.mce_sex[row] == ANY_SEX) | (table.mce_sex[row] == is_male)
        holds &= self._mce_age_holds(asked, row, age_last)
        result[tested] = holds
        return result

    def _mce_age_holds(self, records: Records, row: Int32Array, age_last: Int16Array) -> BoolArray:
        lowest, highest = self._table.mce_age[:, row]
        holds = np.ones(len(row), dtype=np.bool_)
        limited = np.flatnonzero((lowest > 0) | (highest < NO_LIMIT))
        age = self._age_at_diagnosis(records.take(limited))
        is_known = age != _UNKNOWN_AGE
        if self._edition is RuleEdition.CMS_SOFTWARE:
            # The software asks for AGE_AT_DIAGNOSIS to be present, and then looks at AGE_LAST.
            age = age_last[limited]
        holds[limited] = is_known & (age >= lowest[limited]) & (age <= highest[limited])
        return holds

    def _age_at_diagnosis(self, records: Records) -> npt.NDArray[np.integer]:
        birth_day = self._members.birth_day[records.member]
        if records.day is None:
            age = np.full(len(records.code), _UNKNOWN_AGE)
        else:
            # A newborn's claim may start on the day before the birth, with the mother's stay: the age is 0, not -1.
            age = np.maximum(0, (_day_number(records.day) - birth_day) // 10_000)
            age = np.where(birth_day == 0, _UNKNOWN_AGE, age)
        if records.given_age is not None:
            age = np.where(records.given_age == _UNKNOWN_AGE, age, records.given_age)
        return age


def records_of(found: pl.DataFrame, date_column: str | None) -> Records:
    """Columns of a frame: member_number, code_number, the date, and age_at_diagnosis if it is there."""
    days = None if date_column is None else found[date_column].to_physical()
    given_age = found["age_at_diagnosis"] if "age_at_diagnosis" in found.columns else None
    return Records(
        member=found["member_number"].fill_null(0).to_numpy(),
        has_member=_is_present(found["member_number"]),
        code=found["code_number"].to_numpy(),
        day=None if days is None else days.fill_null(0).to_numpy(),
        has_day=None if days is None else _is_present(days),
        given_age=None if given_age is None else given_age.fill_null(_UNKNOWN_AGE).to_numpy(),
    )


def _is_present(column: pl.Series) -> BoolArray | None:
    return column.is_not_null().to_numpy() if column.null_count() else None


def _parts_of_year(year: int, *, is_what_if: bool) -> UInt8Array:
    """Per day of the year the part of the code table's year, and a last entry for every day outside."""
    days = _days(year + 1, 1, 1) - _days(year, 1, 1)
    parts = np.full(days + 1, FROM_OCTOBER)
    parts[: _days(year, *_FISCAL_YEAR_START) - _days(year, 1, 1)] = BEFORE_OCTOBER
    if is_what_if:
        # Another year's codes are valid if the model year's table lists them in either fiscal year.
        parts[:] = BEFORE_OCTOBER | FROM_OCTOBER
    parts[-1] = _NO_PART_OF_THE_YEAR
    return parts


def _counts(outcomes: dict[Outcome, int]) -> Int64Array:
    return np.array([outcomes.get(outcome, 0) for outcome in Outcome], dtype=np.int64)


def _days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


def _day_number(days: npt.NDArray[np.integer]) -> Int64Array:
    """Days since 1970 as the integer yyyymmdd, in which whole years are a division away."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month_number = months.astype(np.int64)
    day = (dates - months).astype(np.int64) + 1
    number: Int64Array = (1970 + month_number // 12) * 10_000 + (month_number % 12 + 1) * 100 + day
    return number
