"""From flags to figures: what each finding adds, and exact sums in integers."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.engine import ScoredFlags
from hhs_hcc.population import Chunk, Population
from hhs_hcc.price_list import PriceList
from hhs_hcc.rules import COMPONENT_TYPES, MODEL, ModelRules
from hhs_hcc.tables import MODELS

IntArray = npt.NDArray[np.integer]
Int64Array = npt.NDArray[np.int64]

_RAW_UNITS = 100_000
"""Scores are integers in units of 0.00001: coefficients have three decimals, CSR factors two."""


class Priced(NamedTuple):
    """Components of a chunk, in the order of its members.

    Attributes:
        segment: Position of the plan segment in the population.
        line: Line of the price list.
        contribution: What it adds to the risk score, in units of 0.00001.
    """

    segment: npt.NDArray[np.uint32]
    line: npt.NDArray[np.uint16]
    contribution: npt.NDArray[np.int32]


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


def price(population: Population, prices: PriceList, chunk: Chunk, flags: ScoredFlags, totals: Totals) -> Priced:
    """Price the findings of a chunk; adds its members' sums to the totals."""
    members = chunk.members
    column, line = _findings(chunk.rules, prices, flags)
    segment, owner = population.segments_of(members)
    totals.model[members] = MODELS.index(chunk.rules.model)
    if len(segment) == len(members):
        # The factor is that of the member: sums of coefficients are multiplied once.
        coefficient = prices.coefficient(line, population.segment_metal[segment][column])
        sums = _sum_by_type(column, prices.component_type[line], coefficient, len(members))
        totals.raw[members] = sums.sum(axis=1) * (_RAW_UNITS // 1000)
        totals.by_type[members] = sums * population.segment_factor[segment, np.newaxis]
        contribution = coefficient * population.segment_factor[segment][column]
        return Priced(segment[column].astype(np.uint32), line, contribution.astype(np.int32))

    # Findings belong to the member; each of the member's segments prices them by its metal level and CSR factor.
    per_member = np.bincount(column, minlength=len(members))
    first = np.cumsum(per_member) - per_member
    lengths = per_member[owner]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    line = line[np.repeat(first[owner], lengths) + within]
    member_days = _sum_by(owner, population.segment_days[segment], len(members))
    segment, owner = np.repeat(segment, lengths), np.repeat(owner, lengths)
    component_type = prices.component_type[line]
    coefficient = prices.coefficient(line, population.segment_metal[segment]).astype(np.int64)
    weighted = coefficient * population.segment_days[segment]
    raw = _share_by_days(weighted * (_RAW_UNITS // 1000), owner, member_days)
    # By type within the member, so that what a drug adds cannot move the rounding of the demographic part.
    order = np.lexsort((component_type, owner))
    contribution = np.empty_like(coefficient)
    contribution[order] = _share_by_days(
        (weighted * population.segment_factor[segment])[order], owner[order], member_days
    )
    totals.raw[members] = _sum_by(owner, raw, len(members))
    totals.by_type[members] = _sum_by_type(owner, component_type, contribution, len(members))
    return Priced(segment.astype(np.uint32), line, contribution.astype(np.int32))


def scores_of(population: Population, totals: Totals) -> pl.DataFrame:
    """One row per member, in the order of the population; the columns of `ScoreResult.scores`."""
    risk_score = totals.by_type.sum(axis=1)
    segment_count = np.bincount(population.segment_member, minlength=len(risk_score))
    first_segment = np.cumsum(segment_count) - segment_count
    lowest = np.minimum.reduceat(population.segment_factor, first_segment)
    highest = np.maximum.reduceat(population.segment_factor, first_segment)
    csr_factor = pl.Series("csr_factor", decimals(lowest, 4, 2))
    by_type = {
        f"{name}_score": decimals(totals.by_type[:, number], 14, 5) for number, name in enumerate(COMPONENT_TYPES)
    }
    return pl.DataFrame(
        {
            "member_id": population.index.numbers["member_id"],
            "model": pl.Series(totals.model).cat.to(MODEL),
            "age_last": population.index.age_last,
            "enrollment_months": population.enrollment_months,
            "segment_count": segment_count.astype(np.int32),
            "raw_risk_score": decimals(totals.raw, 14, 5),
            "csr_factor": csr_factor.set(pl.Series(lowest != highest), None),
            "risk_score": decimals(risk_score, 14, 5),
            **by_type,
            "reported_risk_score": decimals(_round_half_up(risk_score, _RAW_UNITS // 1000), 12, 3),
        }
    )


def _findings(model: ModelRules, prices: PriceList, flags: ScoredFlags) -> tuple[IntArray, npt.NDArray[np.uint16]]:
    """Place of the member in the chunk and line of the price list for everything that is on, ordered by member."""
    row, column = flags.variables.where()
    if model.maturity:
        # Each infant has exactly one term for maturity and severity, and all its HCCs act through that.
        terms = flags.variables.select([rule.variable for rule in model.interactions])
        hcc, hcc_column = flags.hccs.where()
        through = hcc * len(terms.names) + terms.rows.argmax(axis=0)[hcc_column]
    else:
        through, hcc_column = flags.hccs.select(list(model.group_of)).where()
    line = np.concatenate([row, through + len(model.variables)]) + prices.first[model.model]
    column = np.concatenate([column, hcc_column]).astype(np.uint16)
    # Columns of a chunk fit 16 bits, for which NumPy's stable sort takes linear time.
    order = np.argsort(column, kind="stable")
    return column[order], line.astype(np.uint16)[order]


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


def _sum_by_type(key: IntArray, component_type: IntArray, amounts: IntArray, size: int) -> Int64Array:
    """Sums by key and component type, shape (keys, types)."""
    cell = key.astype(np.intp) * len(COMPONENT_TYPES) + component_type
    return _sum_by(cell, amounts, size * len(COMPONENT_TYPES)).reshape(size, len(COMPONENT_TYPES))


def decimals(units: IntArray, precision: int, scale: int) -> pl.Series:
    """Integers in units of the last digit as decimals, without a detour over floating point."""
    return pl.Series(units).cast(pl.Int128).reinterpret(dtype=pl.Decimal(precision, scale))
