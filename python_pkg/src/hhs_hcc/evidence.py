"""The records behind each HCC, RXC and cost factor, and why a category that a code gives does not count."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.editions import RuleEdition, ScoringChoices, UnknownValidity
from hhs_hcc.engine import ScoredFlags
from hhs_hcc.flags import FlagMatrix
from hhs_hcc.lookups import Frame, RecordKind
from hhs_hcc.population import RECORD_KINDS, ChunkHits, Population
from hhs_hcc.rules import ModelRules, YearRules, compile_rules
from hhs_hcc.tables import ReferenceTables

STATUSES = ("counted", "dropped_by_hierarchy", "not_in_model", "blocked")
_COUNTED, _DROPPED, _NOT_IN_MODEL, _BLOCKED = range(len(STATUSES))
_NOBODY = np.int16(-1)


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
) -> pl.DataFrame:
    """List every record that gives a category, with what became of the category.

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
    records = dict(zip(RECORD_KINDS, (diagnoses, drugs, services), strict=True))
    hits = {name: population.look_up(frame, name, choices, with_rows=True) for name, frame in records.items()}
    total = sum(len(part.flag) for part in hits.values())
    status = np.full(total, _NOT_IN_MODEL, dtype=np.uint8)
    dropped_by = np.full(total, _NOBODY, dtype=np.int16)
    for chunk in population.chunks(list(hits.values())):
        flags = population.apply_rules(chunk, choices.edition)
        known = _known_flags(population.rules, chunk.rules, flags)
        for chunk_hits in chunk.hits:
            _judge(chunk_hits, known, status, dropped_by)

    frames = []
    start = 0
    for name, part in hits.items():
        here = slice(start, start + len(part.flag))
        start = here.stop
        found = pl.DataFrame(
            {
                "row": part.row,
                "variable": pl.Series(part.flag.astype(np.uint16)).cat.to(pl.Enum(population.rules.flags)),
                "status": pl.Series(status[here]).cat.to(pl.Enum(STATUSES)),
                "dropped_by": _names(dropped_by[here], population.rules.flags),
            }
        )
        frames.append(_with_records(found, records[name], RECORD_KINDS[name].kind, carry))
    # Relaxed: a carried column that one kind of record lacks is null there, of whatever type it has elsewhere.
    return pl.concat(frames, how="vertical_relaxed")


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


def _names(numbers: npt.NDArray[np.int16], names: Sequence[str]) -> pl.Series:
    series = pl.Series(numbers.astype(np.uint16))
    return series.set(pl.Series(numbers == _NOBODY), None).cat.to(pl.Enum(names))


def _with_records(found: pl.DataFrame, records: Frame, kind: RecordKind, carry: Sequence[str]) -> pl.DataFrame:
    lazy = records.lazy().with_row_index("row")
    columns = lazy.collect_schema()
    return (
        found.lazy()
        .join(lazy, on="row", how="left")
        .sort("row", "variable")
        .select(
            "member_id",
            pl.lit(kind.name).alias("record_kind"),
            "variable",
            "status",
            "dropped_by",
            pl.col(kind.code).alias("code"),
            (pl.col(kind.date) if kind.date in columns else pl.lit(None, dtype=pl.Date)).alias("record_date"),
            *(pl.col(name) if name in columns else pl.lit(None).alias(name) for name in carry),
        )
        .collect(engine="streaming")
    )
