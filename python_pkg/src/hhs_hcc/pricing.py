"""From flags to figures: components, and their exact sums in integers."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.engine import ScoredFlags
from hhs_hcc.population import Chunk, Population
from hhs_hcc.rules import COMPONENT_TYPE, COMPONENT_TYPES, MODEL, ModelRules, YearRules
from hhs_hcc.tables import METAL_LEVELS, MODELS

IntArray = npt.NDArray[np.integer]
Int64Array = npt.NDArray[np.int64]

_NOTHING = np.uint16(np.iinfo(np.uint16).max)
_RAW_UNITS = 100_000
"""Scores are integers in units of 0.00001: coefficients have three decimals, CSR factors two."""


@dataclass(frozen=True)
class Totals:
    """Sums per member in units of 0.00001, filled chunk by chunk."""

    raw: Int64Array
    by_type: Int64Array
    model: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, members: int) -> "Totals":
        """All zero."""
        return cls(
            np.zeros(members, dtype=np.int64),
            np.zeros((members, len(COMPONENT_TYPES)), dtype=np.int64),
            np.zeros(members, dtype=np.uint8),
        )


def price(population: Population, chunk: Chunk, flags: ScoredFlags, totals: Totals) -> pl.DataFrame:
    """Price the findings of a chunk; adds its members' sums to the totals."""
    rules, members = chunk.rules, chunk.members
    findings = _findings(population.rules, chunk.rules, flags)
    segment, column = population.segments_of(members)
    member_days = _sum_by(column, population.segment_days[segment], len(members))

    # Findings belong to the member; each of the member's segments prices them by its metal level and CSR factor.
    has_several = len(segment) != len(members)
    finding: IntArray | slice = slice(None)
    if has_several:
        per_member = np.bincount(findings.column, minlength=len(members))
        first = np.cumsum(per_member) - per_member
        lengths = per_member[column]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        finding = np.repeat(first[column], lengths) + within
        segment, column = np.repeat(segment, lengths), np.repeat(column, lengths)
    else:
        segment, column = segment[findings.column], findings.column
    row = findings.row[finding]
    no_price = np.zeros((1, len(METAL_LEVELS)), dtype=np.int32)
    coefficient = np.vstack([rules.coefficients, no_price])[row, population.segment_metal[segment]]

    raw = coefficient.astype(np.int64) * (_RAW_UNITS // 1000)
    contribution = coefficient.astype(np.int64) * population.segment_factor[segment]
    types = np.array([COMPONENT_TYPES.index(name) for name in (*rules.component_types, "hcc")])
    component_type = types[row]
    if has_several:
        days = population.segment_days[segment]
        # By type within the member, so that what a drug adds cannot move the rounding of the demographic part.
        order = np.lexsort((component_type, column))
        raw = _share_by_days(raw * days, column, member_days)
        contribution[order] = _share_by_days((contribution * days)[order], column[order], member_days)

    totals.raw[members] = _sum_by(column, raw, len(members))
    totals.by_type[members] = _sum_by(
        column * len(COMPONENT_TYPES) + component_type, contribution, len(members) * len(COMPONENT_TYPES)
    ).reshape(-1, len(COMPONENT_TYPES))
    totals.model[members] = MODELS.index(rules.model)

    names = population.rules.variable_type
    counted_in = pl.Series("counted_in", findings.counted_in[finding])
    return pl.DataFrame(
        {
            "member_id": population.index.numbers["member_id"].gather(pl.Series(members[column])),
            "segment_number": population.segment_number[segment],
            "model": pl.repeat(MODELS.index(rules.model), len(row), dtype=pl.UInt8, eager=True).cat.to(MODEL),
            "variable": pl.Series(findings.variable[finding]).cat.to(names),
            "component_type": pl.Series(component_type.astype(np.uint8)).cat.to(COMPONENT_TYPE),
            "counted_in": counted_in.set(counted_in == _NOTHING, None).cat.to(names),
            "coefficient": _decimals(coefficient, 9, 3),
            "contribution": _decimals(contribution, 14, 5),
        }
    )


def scores_of(population: Population, totals: Totals) -> pl.DataFrame:
    """One row per member, in the order of the population; the columns of `ScoreResult.scores`."""
    risk_score = totals.by_type.sum(axis=1)
    segment_count = np.bincount(population.segment_member, minlength=len(risk_score))
    first_segment = np.cumsum(segment_count) - segment_count
    lowest = np.minimum.reduceat(population.segment_factor, first_segment)
    highest = np.maximum.reduceat(population.segment_factor, first_segment)
    csr_factor = pl.Series("csr_factor", _decimals(lowest, 4, 2))
    by_type = {
        f"{name}_score": _decimals(totals.by_type[:, number], 14, 5) for number, name in enumerate(COMPONENT_TYPES)
    }
    return pl.DataFrame(
        {
            "member_id": population.index.numbers["member_id"],
            "model": pl.Series(totals.model).cat.to(MODEL),
            "age_last": population.index.age_last,
            "enrollment_months": population.enrollment_months,
            "segment_count": segment_count.astype(np.int32),
            "raw_risk_score": _decimals(totals.raw, 14, 5),
            "csr_factor": csr_factor.set(pl.Series(lowest != highest), None),
            "risk_score": _decimals(risk_score, 14, 5),
            **by_type,
            "reported_risk_score": _decimals(_round_half_up(risk_score, _RAW_UNITS // 1000), 12, 3),
        }
    )


class _Findings(NamedTuple):
    """What is on: one entry per member and variable, ordered by member.

    `row` is the row of `ModelRules.coefficients`, or one past the last for an HCC that counts through another variable,
    which `counted_in` then names. `variable` and `counted_in` are positions in `YearRules.variables`.
    """

    column: IntArray
    row: IntArray
    variable: npt.NDArray[np.uint16]
    counted_in: npt.NDArray[np.uint16]


def _findings(rules: YearRules, model: ModelRules, flags: ScoredFlags) -> _Findings:
    numbers = {name: number for number, name in enumerate(rules.variables)}
    number_of_variable = np.array([numbers[name] for name in model.variables], dtype=np.uint16)
    row, column = flags.variables.where()
    variable = number_of_variable[row]
    counted_in = np.full(len(row), _NOTHING, dtype=np.uint16)

    if model.maturity:
        # Each infant has exactly one term for maturity and severity, and all its HCCs act through that.
        through = flags.hccs
        terms = flags.variables.select([rule.variable for rule in model.interactions])
        term_numbers = np.array([numbers[name] for name in terms.names], dtype=np.uint16)
        hcc_row, hcc_column = through.where()
        hcc_counted_in = term_numbers[terms.rows.argmax(axis=0)][hcc_column]
    else:
        through = flags.hccs.select(list(model.group_of))
        group_numbers = np.array([numbers[name] for name in model.group_of.values()], dtype=np.uint16)
        hcc_row, hcc_column = through.where()
        hcc_counted_in = group_numbers[hcc_row]
    hcc_numbers = np.array([numbers[name] for name in through.names], dtype=np.uint16)

    column = np.concatenate([column, hcc_column]).astype(np.uint16)
    # Columns of a chunk fit 16 bits, for which NumPy's stable sort takes linear time.
    order = np.argsort(column, kind="stable")
    return _Findings(
        column=column[order].astype(np.int32),
        row=np.concatenate([row, np.full(len(hcc_row), len(model.variables))])[order],
        variable=np.concatenate([variable, hcc_numbers[hcc_row]])[order],
        counted_in=np.concatenate([counted_in, hcc_counted_in])[order],
    )


def _share_by_days(weighted: Int64Array, column: IntArray, member_days: Int64Array) -> Int64Array:
    """Divide day-weighted amounts by the member's days so that the parts add up to the rounded whole.

    Running totals are rounded half up and their differences returned: a member's parts then sum to the rounded sum
    exactly, and none is off by a full unit. Amounts stand in the order of members.
    """
    running = np.cumsum(weighted)
    is_first = np.ones(len(column), dtype=np.bool_)
    is_first[1:] = column[1:] != column[:-1]
    first = np.flatnonzero(is_first)
    before = (running - weighted)[first]
    lengths = np.diff(np.append(first, len(column)))
    rounded = _round_half_up(running - np.repeat(before, lengths), member_days[column])
    shares = np.diff(rounded, prepend=0)
    shares[first] = rounded[first]
    return shares


def _round_half_up(amounts: Int64Array, divisor: int | Int64Array) -> Int64Array:
    rounded: Int64Array = (2 * amounts + divisor) // (2 * divisor)
    return rounded


def _sum_by(key: IntArray, amounts: IntArray, size: int) -> Int64Array:
    # Sums of integers below 2**53 are exact in floating point.
    return np.bincount(key, weights=amounts, minlength=size).astype(np.int64)


def _decimals(units: IntArray, precision: int, scale: int) -> pl.Series:
    """Integers in units of the last digit as decimals, without a detour over floating point."""
    return pl.Series(units).cast(pl.Int128).reinterpret(dtype=pl.Decimal(precision, scale))
