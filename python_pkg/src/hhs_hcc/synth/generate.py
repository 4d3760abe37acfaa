"""The whole demo issuer: six raw files for one calendar year."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.synth.claims import Block, ServiceCodes, medical_lines, pharmacy_lines, service_codes
from hhs_hcc.synth.codes import CodeBook, YearTables, everyday_drugs
from hhs_hcc.synth.conditions import ConditionCodes, condition_codes
from hhs_hcc.synth.dirt import DirtPlanter
from hhs_hcc.synth.encounters import EverydayCodes, everyday_codes, make_encounters
from hhs_hcc.synth.enrollments import make_enrollments
from hhs_hcc.synth.families import Members, make_families, make_members
from hhs_hcc.synth.people import make_people
from hhs_hcc.synth.plans import PlanCatalogue, make_catalogue, make_holdings
from hhs_hcc.synth.providers import make_providers
from hhs_hcc.synth.streams import Streams
from hhs_hcc.synth.supplementals import make_supplementals
from hhs_hcc.synth.writer import FileFormat, RawWriter

FAMILIES_PER_BLOCK = 16_384
"""About 30,000 members: what is in memory at a time, and in one numbered part of a file."""


@dataclass(frozen=True)
class SynthSummary:
    """What was written.

    Attributes:
        members: People in `raw_members`.
        row_counts: Rows per file name without suffix.
        dirt_counts: How many rows (or claims) of each kind of dirt were planted.
    """

    members: int
    row_counts: dict[str, int]
    dirt_counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Codes:
    """The code lists of a year; `book` turns their numbers into text."""

    book: CodeBook
    conditions: ConditionCodes
    everyday: EverydayCodes
    services: ServiceCodes

    @classmethod
    def read(cls, tables_directory: Path, year: int) -> "Codes":
        """Look every list up in the CMS tables."""
        tables, book = YearTables.read(tables_directory, year), CodeBook()
        return cls(
            book=book,
            conditions=condition_codes(tables, book),
            everyday=everyday_codes(book, everyday_drugs(book)),
            services=service_codes(tables, book),
        )


def synthesize(
    members: int,
    year: int,
    seed: int,
    out: Path,
    file_format: FileFormat = "csv",
    *,
    tables_directory: Path,
    overwrite: bool = False,
) -> SynthSummary:
    """Write the six raw files of a demo issuer. The same arguments give the same bytes.

    Args:
        members: How many people the members file holds.
        year: Calendar year of coverage and claims. The same seed in another year gives the same people, a year
            older or younger; some have joined, some have left, children are born.
        seed: Any whole number from 0.
        out: Folder; made if it does not exist.
        file_format: `csv` or `parquet`.
        tables_directory: CMS tables in the layout of `seeds/cms`; the year's codes come from there.
        overwrite: Replace raw files that the folder already holds.

    Raises:
        InputError: If members or seed are out of range, or the folder holds raw files that may not be replaced.
        TableError: If a CMS table is missing.
        MissingModelYearError: If the CMS tables do not hold the year.
    """
    if members < 1 or seed < 0:
        raise InputError(f"members must be at least 1 and seed at least 0; found {members} and {seed}.")
    streams, catalogue, codes = Streams(seed), make_catalogue(), Codes.read(tables_directory, year)
    writer = RawWriter(out, file_format, overwrite=overwrite)
    writer.write("raw_plans", catalogue.frame(year))
    writer.write("raw_providers", make_providers(streams))

    planted: Counter[str] = Counter()
    block, written = 0, 0
    while written < members:
        slots = np.arange(FAMILIES_PER_BLOCK) + block * FAMILIES_PER_BLOCK
        people = make_members(streams, make_families(streams, slots, year), year).head(members - written)
        written += len(people)
        is_only = block == 0 and written == members
        block += 1
        clean = make_block(streams, catalogue, codes, people, year)
        planted += _write_dirty(streams, writer, clean, people, year, None if is_only else block)
    return SynthSummary(members, writer.row_counts, dict(planted))


@dataclass(frozen=True)
class CleanBlock:
    """The files of some members before any dirt; frames carry helper columns that are not written."""

    people: pl.DataFrame
    enrollments: pl.DataFrame
    medical: pl.DataFrame
    fills: pl.DataFrame
    supplementals: pl.DataFrame


def make_block(streams: Streams, catalogue: PlanCatalogue, codes: Codes, members: Members, year: int) -> CleanBlock:
    """Everything about some members in a year."""
    holdings = make_holdings(streams, catalogue, members, year)
    care = make_encounters(streams, members, codes.conditions, codes.everyday, year)
    block = Block.of(streams, year, members, holdings, catalogue, codes.book)
    return CleanBlock(
        people=make_people(streams, members, year),
        enrollments=make_enrollments(streams, catalogue, members, holdings, year),
        medical=medical_lines(block, care.encounters, codes.services),
        fills=pharmacy_lines(block, care.fills),
        supplementals=make_supplementals(block, care.encounters, care.chronic_code),
    )


def _write_dirty(
    streams: Streams, writer: RawWriter, clean: CleanBlock, members: Members, year: int, part: int | None
) -> Counter[str]:
    """Plant dirt and write; returns how much was planted."""
    planter = DirtPlanter(streams, year)
    people, left_out = planter.members(clean.people, members)
    writer.write("raw_members", people, part)
    writer.write("raw_enrollments", planter.enrollments(clean.enrollments, members, left_out), part)
    claims = planter.claims(clean.medical, members).vstack(planter.claims(clean.fills, members))
    writer.write("raw_claims", claims, part)
    writer.write("raw_supplemental_diagnoses", planter.supplementals(clean.supplementals), part)
    return planter.counts
