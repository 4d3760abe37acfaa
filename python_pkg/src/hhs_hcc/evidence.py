"""The records behind each HCC, RXC and cost factor, and why a category that a code gives does not count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.editions import RuleEdition, ScoringChoices, UnknownValidity
from hhs_hcc.engine import ScoredFlags
from hhs_hcc.flags import FlagMatrix
from hhs_hcc.lookups import RECORD_KINDS, ROW, SPELLING, Behind, Frame, Hits
from hhs_hcc.parallel import in_threads
from hhs_hcc.population import Chunk, ChunkHits, Population
from hhs_hcc.rules import ModelRules, YearRules, compile_rules
from hhs_hcc.tables import ReferenceTables

STATUSES = ("counted", "dropped_by_hierarchy", "not_in_model", "blocked")
_COUNTED, _DROPPED, _NOT_IN_MODEL, _BLOCKED = range(len(STATUSES))
_NOBODY = np.int16(-1)
STATUS = pl.Enum(STATUSES)
RECORD_KIND = pl.Enum([kind.name for kind in RECORD_KINDS.values()])
_BATCH_ROWS = 1 << 18


class Verdicts:
    """What becomes of each hit, filled chunk by chunk."""

    def __init__(self, population: Population, hits: Sequence[Hits]) -> None:
        self._population = population
        self._hits = hits
        total = sum(len(part.flag) for part in hits)
        self._status = np.full(total, _NOT_IN_MODEL, dtype=np.uint8)
        self._dropped_by = np.full(total, _NOBODY, dtype=np.int16)

    def judge(self, chunk: Chunk, flags: ScoredFlags) -> None:
        """Say what became of the hits of a chunk, given its members' flags after all rules."""
        known = _known_flags(self._population.rules, chunk.rules, flags)
        for hits in chunk.hits:
            _judge(hits, known, self._status, self._dropped_by)

    def evidence(self, carry: Sequence[str]) -> "Evidence":
        """Hits with their verdicts, and the records behind them with these columns."""
        bounds = np.cumsum([len(part.flag) for part in self._hits])[:-1]
        verdicts = zip(np.split(self._status, bounds), np.split(self._dropped_by, bounds), strict=True)
        parts = [
            _Part(hits, hits.behind, status, dropped_by)
            for hits, (status, dropped_by) in zip(self._hits, verdicts, strict=True)
            if hits.behind is not None
        ]
        return Evidence(self._population, parts, tuple(carry))


class _Part(NamedTuple):
    """The hits of one kind of record, the records behind them, and their verdicts."""

    hits: Hits
    behind: Behind
    status: npt.NDArray[np.uint8]
    dropped_by: npt.NDArray[np.int16]


@dataclass(frozen=True)
class Evidence:
    """The records behind categories, kept once; rows of evidence are handed out as frames.

    Attributes:
        population: Who was scored.
        parts: By kind of record.
        carry: Columns of the records that are handed through.
    """

    population: Population
    parts: Sequence[_Part]
    carry: tuple[str, ...]

    def __len__(self) -> int:
        """How many rows there are."""
        return sum(len(part.status) for part in self.parts)

    def frame(self) -> pl.DataFrame:
        """All at once; the columns that `find_evidence` gives."""
        return pl.concat(self.batches())

    def batches(self) -> Iterator[pl.DataFrame]:
        """The same rows in frames of a few hundred thousand, at least one; a few are made ahead."""
        nothing = np.empty(0, dtype=np.int64)
        # A carried column that one kind of record lacks is null there, of whatever type it has elsewhere.
        empty = pl.concat([self._frame(part, nothing) for part in self.parts], how="vertical_relaxed")
        yield empty
        yield from in_threads(lambda piece: self._frame(*piece).cast(empty.schema), self._pieces())

    def _pieces(self) -> Iterator[tuple[_Part, npt.NDArray[np.int64]]]:
        for part in self.parts:
            # Look-ups leave the records in the order in which their threads came to them.
            order = np.argsort(part.behind.records[ROW].to_numpy()[part.behind.record], kind="stable")
            for first in range(0, len(order), _BATCH_ROWS):
                yield part, order[first : first + _BATCH_ROWS]

    def _frame(self, part: _Part, hits: npt.NDArray[np.int64]) -> pl.DataFrame:
        """The rows of some hits."""
        kind, flags = part.hits.kind, self.population.rules.flag_type
        found = part.behind.records[part.behind.record[hits]]
        return found.select(
            pl.lit(self.population.index.numbers["member_id"].gather(part.hits.member[hits])).alias("member_id"),
            pl.lit(kind.name, dtype=RECORD_KIND).alias("record_kind"),
            pl.lit(pl.Series(part.hits.flag[hits].astype(np.uint16)).cat.to(flags)).alias("variable"),
            pl.lit(pl.Series(part.status[hits]).cat.to(STATUS)).alias("status"),
            pl.lit(_names(part.dropped_by[hits], flags)).alias("dropped_by"),
            pl.lit(part.behind.spellings.gather(found[SPELLING])).alias("code"),
            (pl.col(kind.date) if kind.date in found.columns else pl.lit(None, dtype=pl.Date)).alias("record_date"),
            *(pl.col(name) if name in found.columns else pl.lit(None).alias(name) for name in self.carry),
        )


def find_evidence(
    segments: pl.DataFrame,
    diagnoses: Frame,
    drugs: Frame,
    services: Frame,
    tables: ReferenceTables,
    *,
    edition: RuleEdition | str = RuleEdition.DIY_TABLES,
    unknown_validity: UnknownValidity | str = UnknownValidity.CARRY_FORWARD,
    mce_edits: bool = True,
    benefit_year: int | None = None,
    carry: Sequence[str] = (),
) -> Evidence:
    """List every record that gives a category, with what became of the category.

    Who wants scores as well asks `score` to keep the evidence.

    Args:
        segments: As for `score`.
        diagnoses: As for `score`.
        drugs: As for `score`.
        services: As for `score`.
        tables: As for `score`.
        edition: As for `score`.
        unknown_validity: As for `score`.
        mce_edits: As for `score`.
        benefit_year: As for `score`.
        carry: Further columns of the records to hand through, such as claim_id; null where a record kind lacks them.

    Returns:
        One row per record and category, in the order of the records: member_id, record_kind (diagnosis, drug,
        service), variable (HCC, RXC or cost factor), status, dropped_by, code as given, record_date, and the carried
        columns. A status is counted; dropped_by_hierarchy; not_in_model, if the member's sub-model does not know the
        category; or blocked, if age or another category rules the cost factor out.

    Raises:
        InputError: As `score` does.
    """
    choices = ScoringChoices.of(edition, unknown_validity, mce_edits=mce_edits, benefit_year=benefit_year)
    population = Population.from_segments(segments, compile_rules(tables))
    hits = population.look_up((diagnoses, drugs, services), choices, carry=carry)
    verdicts = Verdicts(population, hits)
    for chunk in population.chunks(hits):
        verdicts.judge(chunk, population.apply_rules(chunk, choices.edition))
    return verdicts.evidence(carry)


class _KnownFlags(NamedTuple):
    """Per flag of `YearRules.flags`: does it count for each member, does the sub-model know it, and what drops it?"""

    counts: FlagMatrix
    in_model: npt.NDArray[np.bool_]
    is_cost_factor: npt.NDArray[np.bool_]
    droppers: dict[int, list[int]]


def _known_flags(year: YearRules, model: ModelRules, flags: ScoredFlags) -> _KnownFlags:
    factors = [factor.variable for factor in model.cost_factors]
    counts = FlagMatrix.empty(year.flags, flags.hccs.members)
    for part in (flags.hccs, flags.rxcs, flags.variables.select(factors)):
        for name in part.names:
            counts[name] = part[name]
    excluded = set(model.excluded_hccs)
    in_model = np.array(
        [name in model.rxcs or name in factors or (name in model.hccs and name not in excluded) for name in year.flags]
    )
    droppers: dict[int, list[int]] = {}
    for above, below in (*model.hcc_hierarchy, *model.rxc_hierarchy):
        droppers.setdefault(year.flag_numbers[below], []).append(year.flag_numbers[above])
    return _KnownFlags(counts, in_model, np.array([name in factors for name in year.flags]), droppers)


def _judge(
    hits: ChunkHits, known: _KnownFlags, status: npt.NDArray[np.uint8], dropped_by: npt.NDArray[np.int16]
) -> None:
    counts = known.counts.rows[hits.flag, hits.column]
    result = np.where(counts, _COUNTED, np.where(known.is_cost_factor[hits.flag], _BLOCKED, _DROPPED))
    status[hits.number] = np.where(known.in_model[hits.flag], result, _NOT_IN_MODEL)
    dropped = np.flatnonzero(status[hits.number] == _DROPPED)
    for flag in np.unique(hits.flag[dropped]):
        these = dropped[hits.flag[dropped] == flag]
        # The hierarchy is transitive: a dropped category always has one above it that counts.
        for above in known.droppers[int(flag)]:
            by_this = these[known.counts.rows[above, hits.column[these]]]
            dropped_by[hits.number[by_this]] = above


def _names(numbers: npt.NDArray[np.int16], names: pl.Enum) -> pl.Series:
    series = pl.Series(numbers.astype(np.uint16))
    return series.set(pl.Series(numbers == _NOBODY), None).cat.to(names)
