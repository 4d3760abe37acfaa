"""Who is scored: members by number, their plan segments, and their flags in chunks of one sub-model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.coverage import day_number
from hhs_hcc.editions import RuleEdition, ScoringChoices
from hhs_hcc.engine import ScoredFlags, apply_rules
from hhs_hcc.errors import InputError
from hhs_hcc.flags import FlagMatrix
from hhs_hcc.lookups import RECORD_KINDS, Frame, Hits, look_up
from hhs_hcc.parallel import in_threads
from hhs_hcc.progress import Tell, tell_nobody
from hhs_hcc.record_tests import MemberIndex
from hhs_hcc.rules import ModelRules, YearRules
from hhs_hcc.tables import METAL_LEVELS

IntArray = npt.NDArray[np.integer]
Int64Array = npt.NDArray[np.int64]

SEGMENT_COLUMNS: dict[str, type[pl.DataType]] = {
    "member_id": pl.String,
    "segment_number": pl.Int32,
    "sex": pl.String,
    "birth_date": pl.Date,
    "age_last": pl.Int32,
    "enrollment_months": pl.Int32,
    "segment_days": pl.Int32,
    "metal_level": pl.String,
    "csr_indicator": pl.Int32,
}
"""One row per member and plan segment; all but segment_number, segment_days and metal_level belong to the member."""

# Columns of a chunk: the flags of all members at once would grow with the population.
_CHUNK_MEMBERS = 1 << 14
_BLOCK_ROWS = 1 << 20


@dataclass(frozen=True)
class Population:
    """The members to be scored, by number, and their plan segments.

    Attributes:
        rules: The model year.
        index: Members by number.
        enrollment_months: ENROLDURATION per member.
        segment_member: Member number per segment, ascending.
        segment_number: As given.
        segment_days: Covered days per segment.
        segment_metal: Position in `METAL_LEVELS`.
        segment_factor: CSR factor in hundredths.
        csr_mismatches: Segments whose CSR indicator belongs to another metal level.
    """

    rules: YearRules
    index: MemberIndex
    enrollment_months: IntArray
    segment_member: npt.NDArray[np.uint32]
    segment_number: npt.NDArray[np.int32]
    segment_days: npt.NDArray[np.int32]
    segment_metal: npt.NDArray[np.int8]
    segment_factor: npt.NDArray[np.int16]
    csr_mismatches: int

    @classmethod
    def from_segments(cls, segments: pl.DataFrame, rules: YearRules) -> "Population":
        """Number the members and check what scoring relies on.

        Raises:
            InputError: If a column is missing, a value is unknown, or rows of one member contradict each other.
        """
        segments = _check_segments(segments, rules)
        # Streaming, because that takes all cores.
        members_found = segments.lazy().select(pl.col("member_id").n_unique()).collect(engine="streaming").item()
        if members_found == segments.height:
            numbers = segments.select("member_id").with_row_index("member_number")
            segments = members = segments.with_columns(numbers["member_number"])
        else:
            numbers = segments.select("member_id").unique(maintain_order=True).with_row_index("member_number")
            segments = segments.join(numbers, on="member_id", how="left").sort("member_number", "segment_number")
            members = segments.unique("member_number", keep="first", maintain_order=True)
            _check_same_within_member(segments, members)
        # One select: its columns are made in parallel.
        person = members.select(
            pl.col("age_last").cast(pl.Int16),
            (pl.col("sex") == "M").alias("is_male"),
            day_number(pl.col("birth_date")).fill_null(0).alias("birth_day"),
            pl.col("enrollment_months").cast(pl.Int8),
        )
        metal_numbers = {metal: number for number, metal in enumerate(METAL_LEVELS)}
        plan = segments.select(
            "csr_indicator",
            pl.col("metal_level").replace_strict(metal_numbers, return_dtype=pl.Int8),
            pl.col("csr_indicator").replace_strict(rules.csr_factors, return_dtype=pl.Int16).alias("csr_factor"),
        )
        index = MemberIndex(
            numbers=numbers.select("member_id", "member_number"),
            age_last=person["age_last"].to_numpy(),
            is_male=person["is_male"].to_numpy(),
            birth_day=person["birth_day"].to_numpy(),
        )
        metal = plan["metal_level"].to_numpy()
        return cls(
            rules=rules,
            index=index,
            enrollment_months=person["enrollment_months"].to_numpy(),
            segment_member=segments["member_number"].to_numpy(),
            segment_number=segments["segment_number"].to_numpy(),
            segment_days=segments["segment_days"].to_numpy(),
            segment_metal=metal,
            segment_factor=plan["csr_factor"].to_numpy(),
            csr_mismatches=int(np.count_nonzero(~_csr_fits_metal(rules)[plan["csr_indicator"].to_numpy(), metal])),
        )

    def look_up(
        self,
        given: Sequence[Frame],
        choices: ScoringChoices,
        *,
        carry: Sequence[str] | None = None,
        on_progress: Tell = tell_nobody,
    ) -> list[Hits]:
        """Find the flags of diagnoses, drugs and services for these members; `carry` as for `lookups.look_up`."""
        hits = []
        for number, (frame, (name, kind)) in enumerate(zip(given, RECORD_KINDS.items(), strict=True), start=1):
            on_progress(f"looking up {name}", number, len(RECORD_KINDS))
            hits.append(look_up(frame, kind, self.index, self.rules, choices, carry=carry))
        return hits

    def segments_of(self, members: npt.NDArray[np.uint32]) -> tuple[IntArray, IntArray]:
        """Positions of the members' segments, and for each the place of its member in `members`."""
        if len(self.segment_member) == len(self.index.age_last):
            return members, np.arange(len(members))
        first = np.searchsorted(self.segment_member, members)
        count = np.searchsorted(self.segment_member, members, side="right") - first
        column = np.repeat(np.arange(len(members)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return first[column] + within, column

    def chunks(self, hits: Sequence[Hits]) -> Iterator["Chunk"]:
        """Divide the members into chunks of one sub-model; every member is in exactly one."""
        position = np.empty(len(self.index.age_last), dtype=np.uint32)
        parts: list[tuple[ModelRules, npt.NDArray[np.uint32]]] = []
        for model, rules in self.rules.models.items():
            youngest, oldest = self.rules.age_ranges[model]
            in_model = self.index.age_last >= youngest
            if oldest is not None:
                in_model &= self.index.age_last <= oldest
            members = np.flatnonzero(in_model).astype(np.uint32)
            for first in range(0, len(members), _CHUNK_MEMBERS):
                part = members[first : first + _CHUNK_MEMBERS]
                # Each chunk begins at a multiple of its size, so that a division tells the chunk of a member.
                start = len(parts) * _CHUNK_MEMBERS
                position[part] = np.arange(start, start + len(part), dtype=np.uint32)
                parts.append((rules, part))
        flag, member = (np.concatenate([getattr(part, name) for part in hits]) for name in ("flag", "member"))

        def sort_block(first: int) -> _OrderedBlock:
            return _sort_by_chunk(flag, member, position, first, len(parts))

        ordered = list(in_threads(sort_block, range(0, len(flag), _BLOCK_ROWS)))
        for number, (rules, members) in enumerate(parts):
            yield Chunk(rules, members, [block.of_chunk(number) for block in ordered])

    def apply_rules(self, chunk: "Chunk", edition: RuleEdition) -> ScoredFlags:
        """The flags of a chunk after all rules; column n belongs to `chunk.members[n]`."""
        found = FlagMatrix.empty(self.rules.flags, len(chunk.members))
        for hits in chunk.hits:
            found.rows[hits.flag, hits.column] = True
        return apply_rules(
            chunk.rules,
            found,
            self.index.age_last[chunk.members],
            self.index.is_male[chunk.members],
            self.enrollment_months[chunk.members],
            edition,
        )


class ChunkHits(NamedTuple):
    """Some hits of a chunk.

    Attributes:
        flag: Flag number of `YearRules.flags`.
        column: Place of the member in the chunk.
        number: Position among all hits, in the order in which they were given.
    """

    flag: npt.NDArray[np.int16]
    column: npt.NDArray[np.uint16]
    number: npt.NDArray[np.uint32]


class Chunk(NamedTuple):
    """Members of one sub-model, and what codes switch on for them; `members` are member numbers, ascending."""

    rules: ModelRules
    members: npt.NDArray[np.uint32]
    hits: list[ChunkHits]


class _OrderedBlock(NamedTuple):
    """A block of hits in the order of chunks; chunk n begins at `bounds[n]`."""

    hits: ChunkHits
    bounds: Int64Array

    def of_chunk(self, number: int) -> ChunkHits:
        here = slice(self.bounds[number], self.bounds[number + 1])
        return ChunkHits(self.hits.flag[here], self.hits.column[here], self.hits.number[here])


def _sort_by_chunk(
    flag: npt.NDArray[np.int16],
    member: npt.NDArray[np.uint32],
    position: npt.NDArray[np.uint32],
    first: int,
    chunks: int,
) -> _OrderedBlock:
    block = slice(first, first + _BLOCK_ROWS)
    place = position[member[block]]
    chunk = (place // _CHUNK_MEMBERS).astype(np.uint16)
    # NumPy's stable sort of 16-bit integers takes linear time.
    order = np.argsort(chunk, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(chunk, minlength=chunks))])
    column = (place % _CHUNK_MEMBERS).astype(np.uint16)[order]
    return _OrderedBlock(ChunkHits(flag[block][order], column, (order + first).astype(np.uint32)), bounds)


def _check_segments(segments: pl.DataFrame, rules: YearRules) -> pl.DataFrame:
    missing = [name for name in SEGMENT_COLUMNS if name not in segments.columns]
    if missing:
        raise InputError(f"The segments lack the column(s) {', '.join(missing)}; found: {', '.join(segments.columns)}.")
    try:
        segments = segments.select(pl.col(name).cast(dtype) for name, dtype in SEGMENT_COLUMNS.items())
    except pl.exceptions.PolarsError as error:
        raise InputError(
            "A column of the segments is not of its type. Expected: "
            f"{', '.join(f'{name} {dtype}' for name, dtype in SEGMENT_COLUMNS.items())}."
        ) from error
    if segments.is_empty():
        raise InputError("There is nobody to score: the segments are empty.")
    bins = [months for months, _, _ in rules.duration_bins]
    indicators = ", ".join(map(str, sorted(rules.csr_factors)))
    laws = {
        "member_id is missing": pl.col("member_id").is_null(),
        "sex is not M or F": ~pl.col("sex").is_in(["M", "F"]),
        "age_last is below 0 or missing": ~(pl.col("age_last") >= 0),
        f"enrollment_months is not between {min(bins)} and {max(bins)}": ~pl.col("enrollment_months").is_in(bins),
        "segment_days is below 1 or missing": ~(pl.col("segment_days") >= 1),
        f"metal_level is not one of {', '.join(METAL_LEVELS)}": ~pl.col("metal_level").is_in(METAL_LEVELS),
        f"csr_indicator is not one of {indicators} (model year {rules.model_year})": (
            ~pl.col("csr_indicator").is_in(list(rules.csr_factors))
        ),
    }
    broken = segments.select(law.fill_null(value=True).sum().alias(name) for name, law in laws.items()).row(
        0, named=True
    )
    found = [f"{count} where {name}" for name, count in broken.items() if count]
    if found:
        raise InputError(
            f"Of {segments.height} member segments, {'; '.join(found)}. Correct or leave out these rows before scoring."
        )
    return segments


def _check_same_within_member(segments: pl.DataFrame, members: pl.DataFrame) -> None:
    if segments.select("member_number", "segment_number").n_unique() < segments.height:
        raise InputError("member_id and segment_number repeat: give one row per member and plan segment.")
    per_member = ["sex", "birth_date", "age_last", "enrollment_months"]
    if segments.select("member_number", *per_member).n_unique() != members.height:
        raise InputError(f"The segments of one member differ in {', '.join(per_member)}: these belong to the member.")


def _csr_fits_metal(rules: YearRules) -> npt.NDArray[np.bool_]:
    """Does a CSR indicator (row) belong to a metal level (column)?"""
    fits = np.ones((max(rules.csr_factors) + 1, len(METAL_LEVELS)), dtype=np.bool_)
    for indicator, metals in rules.csr_metal_levels.items():
        fits[indicator] = [metal in metals for metal in METAL_LEVELS]
    return fits
