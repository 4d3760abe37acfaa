"""The whole demo issuer: what it delivers of calendar years at once, or of one year in a series of deliveries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.progress import Tell, tell_nobody
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
    years: int | Sequence[int],
    seed: int,
    out: Path,
    file_format: FileFormat = "csv",
    *,
    tables_directory: Path,
    overwrite: bool = False,
    delivery: int | None = None,
    of: int = DELIVERIES,
    changes: float = CHANGES,
    on_progress: Tell = tell_nobody,
) -> SynthSummary:
    """Write the six raw files and delivery.json of a demo issuer. The same arguments give the same bytes.

    Args:
        members: How many people the issuer has in a year; over several years it has more, since some leave and others
            join.
        years: Calendar year of coverage and claims, or several, told in one delivery. The same seed in another year
            gives the same people, a year older or younger; some have joined, some have left, children are born. Claims,
            plans and supplemental records of a year are those that the year has alone.
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
        on_progress: Called as work goes on.

    Raises:
        InputError: If an argument is out of range, or the folder holds a delivery that may not be replaced.
        TableError: If a CMS table is missing.
        MissingModelYearError: If the CMS tables do not hold the year.
    """
    if members < 1 or seed < 0:
        raise InputError(f"members must be at least 1 and seed at least 0; found {members} and {seed}.")
    schedules = _schedules([years] if isinstance(years, int) else years, delivery, of, changes)
    newest = schedules[-1]
    on_progress("reading the CMS tables", 1, 1)
    streams, catalogue = Streams(seed), make_catalogue()
    codes = {schedule.year: Codes.read(tables_directory, schedule.year) for schedule in schedules}
    writer = RawWriter(out, file_format, overwrite=overwrite)
    plans, repriced = zip(*(make_plans(streams, catalogue, schedule) for schedule in schedules), strict=True)
    providers, changed_providers = make_providers(streams, newest)
    writer.write("raw_plans", pl.concat(plans))
    writer.write("raw_providers", providers)

    changed = sum(repriced, changed_providers)
    planted: Counter[str] = Counter()
    block, made = 0, dict.fromkeys(codes, 0)
    while min(made.values()) < members:
        slots = np.arange(FAMILIES_PER_BLOCK) + block * FAMILIES_PER_BLOCK
        clean: list[CleanBlock] = []
        for schedule in schedules:
            year = schedule.year
            everyone = make_members(streams, make_families(streams, slots, year), year).head(members - made[year])
            made[year] += len(everyone)
            on_progress(f"making the people and claims of {year}", made[year], members)
            if len(everyone):
                clean.append(make_block(streams, catalogue, codes[year], everyone, schedule))
                changed += clean[-1].changes
        is_only = block == 0 and min(made.values()) == members
        block += 1
        on_progress("planting dirt, writing", min(made.values()), members)
        planted += _write_dirty(streams, writer, newest, clean, None if is_only else block)
    writer.finish(newest.manifest())
    counts = {kind: changed[kind] for kind in CHANGE_KINDS} if newest.number > 1 else {}
    return SynthSummary(writer.row_counts["raw_members"], writer.row_counts, dict(planted), counts)


def _schedules(years: Sequence[int], delivery: int | None, of: int, changes: float) -> tuple[Schedule, ...]:
    """One schedule for each year, in order."""
    if not years:
        raise InputError("A demo issuer needs a year, for example 2025; found none.")
    if delivery is None:
        return Schedule.together(years)
    if len(set(years)) > 1:
        found = ", ".join(str(year) for year in sorted(set(years)))
        raise InputError(f"A series of deliveries is about one year; found {found}. Name one year, or no delivery.")
    return (Schedule.series(years[0], delivery, of, changes),)


@dataclass(frozen=True)
class CleanBlock:
    """What a delivery holds of some members and a year before any dirt; frames carry helper columns, never written.

    Attributes:
        schedule: The delivery and the year.
        everyone: All members of the year, in the roster or not.
        members: Those of the roster.
        people: Their rows of the members file.
        enrollments: Their coverage; `member_row` is a row of `members`.
        medical: Lines of medical claims delivered for the first time.
        fills: Fills delivered for the first time.
        again: Lines of claims that change in this delivery; no dirt is planted on them.
        supplementals: Supplemental records.
        changes: What differs from the delivery before, by kind.
    """

    schedule: Schedule
    everyone: Members
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
        schedule=schedule,
        everyone=members,
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
    streams: Streams, writer: RawWriter, newest: Schedule, years: Sequence[CleanBlock], part: int | None
) -> Counter[str]:
    """Plant dirt in what a delivery holds of some members, and write it; returns how much was planted."""
    key, people, enrollments = _told_once(years)
    planter = DirtPlanter(streams, newest)
    people, left_out = planter.members(people, key)
    writer.write("raw_members", people, part)
    writer.write("raw_enrollments", planter.enrollments(enrollments, key, left_out), part)

    planted = planter.counts
    columns = RAW_COLUMNS["raw_claims"]
    claims: list[pl.DataFrame] = []
    supplementals: list[pl.DataFrame] = []
    for clean in years:
        planter = DirtPlanter(streams, clean.schedule)
        new = (planter.claims(clean.medical, clean.everyone), planter.claims(clean.fills, clean.everyone))
        claims += [lines.select(columns) for lines in (*new, clean.again)]
        supplementals.append(planter.supplementals(clean.supplementals))
        planted += planter.counts
    writer.write("raw_claims", pl.concat(claims), part)
    writer.write("raw_supplemental_diagnoses", pl.concat(supplementals), part)
    return planted


def _told_once(years: Sequence[CleanBlock]) -> tuple[IntArray, pl.DataFrame, pl.DataFrame]:
    """Members of some years, each once.

    Returns:
        The key of each member; their rows of the members file, as they were last known; the coverage of all years, with
        `member_row` as a row of the two others.
    """
    key = np.unique(np.concatenate([clean.members.key for clean in years]))
    people = pl.concat(clean.people for clean in years).unique("member_id", keep="last").sort("member_id")
    enrollments = pl.concat(
        clean.enrollments.with_columns(
            member_row=np.searchsorted(key, clean.members.key[clean.enrollments["member_row"].to_numpy()])
        )
        for clean in years
    )
    return key, people, enrollments.sort("member_row", "enrollment_start_date")
