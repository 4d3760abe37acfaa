"""The whole demo issuer: what it delivers of one calendar year, at once or in a series of deliveries."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.synth.benefits import make_plans
from hhs_hcc.synth.changes import CHANGE_KINDS
from hhs_hcc.synth.claim_history import deliverable, restate
from hhs_hcc.synth.claims import Block, ServiceCodes, medical_lines, pharmacy_lines, service_codes
from hhs_hcc.synth.codes import CodeBook, YearTables, everyday_drugs
from hhs_hcc.synth.conditions import ConditionCodes, condition_codes
from hhs_hcc.synth.dirt import DirtPlanter
from hhs_hcc.synth.encounters import EverydayCodes, everyday_codes, make_encounters
from hhs_hcc.synth.enrollments import make_enrollments
from hhs_hcc.synth.families import Members, make_families, make_members
from hhs_hcc.synth.layout import RAW_COLUMNS
from hhs_hcc.synth.people import make_people
from hhs_hcc.synth.plans import PlanCatalogue, make_catalogue, make_holdings, state_of
from hhs_hcc.synth.providers import make_providers
from hhs_hcc.synth.roster import roster_at
from hhs_hcc.synth.schedule import CHANGES, DELIVERIES, Schedule
from hhs_hcc.synth.streams import IntArray, Streams
from hhs_hcc.synth.supplementals import make_supplementals
from hhs_hcc.synth.traits import make_traits
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
        change_counts: How many members, providers, plans or claims differ from the delivery before, by kind; empty if
            there is none before.
    """

    members: int
    row_counts: dict[str, int]
    dirt_counts: dict[str, int] = field(default_factory=dict)
    change_counts: dict[str, int] = field(default_factory=dict)


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
    delivery: int | None = None,
    of: int = DELIVERIES,
    changes: float = CHANGES,
) -> SynthSummary:
    """Write the six raw files and delivery.json of a demo issuer. The same arguments give the same bytes.

    Args:
        members: How many people the issuer has in the year.
        year: Calendar year of coverage and claims. The same seed in another year gives the same people, a year
            older or younger; some have joined, some have left, children are born.
        seed: Any whole number from 0.
        out: Folder; made if it does not exist.
        file_format: `csv` or `parquet`.
        tables_directory: CMS tables in the layout of `seeds/cms`; the year's codes come from there.
        overwrite: Replace a delivery that the folder already holds.
        delivery: Which delivery of a series, from 1; None is one delivery of everything after the run-out. The first
            holds the rosters and all claims as known then, later ones the rosters as known then and the claims that are
            new or have changed since the one before. No other delivery is read.
        of: How many deliveries the series has.
        changes: Share of what was delivered before that changes from one delivery to the next.

    Raises:
        InputError: If an argument is out of range, or the folder holds a delivery that may not be replaced.
        TableError: If a CMS table is missing.
        MissingModelYearError: If the CMS tables do not hold the year.
    """
    if members < 1 or seed < 0:
        raise InputError(f"members must be at least 1 and seed at least 0; found {members} and {seed}.")
    schedule = Schedule.once(year) if delivery is None else Schedule.series(year, delivery, of, changes)
    streams, catalogue, codes = Streams(seed), make_catalogue(), Codes.read(tables_directory, year)
    writer = RawWriter(out, file_format, overwrite=overwrite)
    plans, changed = make_plans(streams, catalogue, schedule)
    providers, changed_providers = make_providers(streams, schedule)
    writer.write("raw_plans", plans)
    writer.write("raw_providers", providers)

    changed += changed_providers
    planted: Counter[str] = Counter()
    block, made = 0, 0
    while made < members:
        slots = np.arange(FAMILIES_PER_BLOCK) + block * FAMILIES_PER_BLOCK
        people = make_members(streams, make_families(streams, slots, year), year).head(members - made)
        made += len(people)
        is_only = block == 0 and made == members
        block += 1
        clean = make_block(streams, catalogue, codes, people, schedule)
        planted += _write_dirty(streams, writer, clean, people, year, None if is_only else block)
        changed += clean.changes
    writer.finish(schedule.manifest())
    counts = {kind: changed[kind] for kind in CHANGE_KINDS} if schedule.number > 1 else {}
    return SynthSummary(writer.row_counts["raw_members"], writer.row_counts, dict(planted), counts)


@dataclass(frozen=True)
class CleanBlock:
    """What a delivery holds of some members before any dirt; frames carry helper columns that are not written.

    Attributes:
        members: Those of the roster.
        people: Their rows of the members file.
        enrollments: Their coverage; `member_row` is a row of `members`.
        medical: Lines of medical claims delivered for the first time.
        fills: Fills delivered for the first time.
        again: Lines of claims that change in this delivery; no dirt is planted on them.
        supplementals: Supplemental records.
        changes: What differs from the delivery before, by kind.
    """

    members: Members
    people: pl.DataFrame
    enrollments: pl.DataFrame
    medical: pl.DataFrame
    fills: pl.DataFrame
    again: pl.DataFrame
    supplementals: pl.DataFrame
    changes: Counter[str]


def make_block(
    streams: Streams, catalogue: PlanCatalogue, codes: Codes, members: Members, schedule: Schedule
) -> CleanBlock:
    """Everything that a delivery says about some members of the year."""
    year = schedule.year
    holdings = make_holdings(streams, catalogue, members, year)
    care = make_encounters(streams, members, codes.conditions, codes.everyday, year)
    traits = make_traits(streams, members, care, year)
    block = Block.of(streams, year, members, holdings, catalogue, codes.book)
    roster = roster_at(streams, schedule, members, holdings, traits)

    encounters, fills = care.encounters, care.fills
    encounter_keys, fill_keys = (block.keys(claims.member, claims.number) for claims in (encounters, fills))
    decided, filled = (
        schedule.decided(paid_on) for paid_on in (block.medical_paid_on(encounters), block.pharmacy_paid_on(fills))
    )
    medical = deliverable(streams, schedule, encounter_keys, decided, is_pharmacy=False)
    pharmacy = deliverable(streams, schedule, fill_keys, filled, is_pharmacy=True)

    def medical_rows(rows: IntArray) -> pl.DataFrame:
        return medical_lines(block, encounters.take(rows), decided[rows], codes.services)

    def pharmacy_rows(rows: IntArray) -> pl.DataFrame:
        return pharmacy_lines(block, fills.take(rows), filled[rows])

    return CleanBlock(
        members=roster.members,
        people=make_people(
            streams,
            roster.members,
            roster.traits,
            state_of(streams, roster.members.family_key),
            roster.plan,
            catalogue,
            year,
        ),
        enrollments=make_enrollments(streams, catalogue, roster, schedule),
        medical=medical_rows(medical.first),
        fills=pharmacy_rows(pharmacy.first),
        again=pl.concat(
            restate(streams, schedule, make_rows(claims.again), tuple(key[claims.again] for key in keys), claims)
            for claims, keys, make_rows in (
                (medical, encounter_keys, medical_rows),
                (pharmacy, fill_keys, pharmacy_rows),
            )
        ),
        supplementals=make_supplementals(block, schedule, encounters, medical.arrives, care.chronic_code),
        changes=roster.changes + medical.changes + pharmacy.changes,
    )


def _write_dirty(
    streams: Streams, writer: RawWriter, clean: CleanBlock, members: Members, year: int, part: int | None
) -> Counter[str]:
    """Plant dirt and write; returns how much was planted."""
    planter = DirtPlanter(streams, year)
    people, left_out = planter.members(clean.people, clean.members)
    writer.write("raw_members", people, part)
    writer.write("raw_enrollments", planter.enrollments(clean.enrollments, clean.members, left_out), part)
    new = (planter.claims(clean.medical, members), planter.claims(clean.fills, members))
    columns = RAW_COLUMNS["raw_claims"]
    claims = pl.concat([*(lines.select(columns) for lines in new), clean.again.select(columns)])
    writer.write("raw_claims", claims, part)
    writer.write("raw_supplemental_diagnoses", planter.supplementals(clean.supplementals), part)
    return planter.counts
