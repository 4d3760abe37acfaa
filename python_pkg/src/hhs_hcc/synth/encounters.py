"""Medical claims before they have lines: who, when, where, and with which diagnoses."""

from dataclasses import dataclass

import numpy as np

from hhs_hcc.synth.codes import COMMON_ADULT, COMMON_CHILD, COMMON_INFANT, CodeBook, CodeList
from hhs_hcc.synth.conditions import (
    ACUTE_EVENTS,
    CHRONIC_CONDITIONS,
    NEWBORN_COMPLICATION_SHARE,
    Condition,
    ConditionCodes,
    frailty,
    members_with,
    rate_by_member,
)
from hhs_hcc.synth.families import Members, share_of_year
from hhs_hcc.synth.streams import BoolArray, FloatArray, IntArray, Streams

OFFICE, LABORATORY, OUTPATIENT, LAB_OUTPATIENT, INPATIENT, HOSPITAL_VISIT, EMERGENCY, INFUSION, HOME_HEALTH = range(9)
"""Settings of a claim; `services` says which lines each has. Laboratory, lab-only outpatient and home health claims
never count for risk adjustment."""

ROUTINE_SETTINGS = (0.64, 0.17, 0.08, 0.04, 0.0, 0.0, 0.05, 0.0, 0.02)
CONDITION_SETTINGS = (0.74, 0.08, 0.12, 0.01, 0.0, 0.01, 0.03, 0.0, 0.01)
ROUTINE_AGES = (0, 1, 2, 5, 15, 20, 30, 45, 64)
ROUTINE_VISITS = (5.0, 4.2, 2.8, 2.0, 1.5, 1.4, 1.7, 2.2, 3.0)
CODED_SHARE = 0.78
"""Of the visits for a condition, that carry its code; the others name something common."""

CARRIED_SHARE = 0.10
"""Of the routine visits of a member with a chronic condition, that mention it."""

DIAGNOSIS_PLACES = 6
CHRONIC_PLACES = 3
NONE = -1
CHILD_BELOW_AGE = 18


@dataclass(frozen=True)
class Encounters:
    """One row per medical claim, ordered by member and day.

    Attributes:
        member: Row of the member.
        first_day: First day of service.
        last_day: Last day of service, within coverage.
        setting: One of the settings above.
        diagnoses: Positions in the code book; `NONE` where there is no code. One column per place.
        drug_service: Position of a drug's HCPCS code on an infusion claim, else `NONE`.
        number: Number of the claim within its member and year, from 1.
    """

    member: IntArray
    first_day: IntArray
    last_day: IntArray
    setting: IntArray
    diagnoses: IntArray
    drug_service: IntArray
    number: IntArray

    def __len__(self) -> int:
        return len(self.member)

    def take(self, rows: IntArray) -> "Encounters":
        """Some of the claims."""
        return Encounters(**{name: values[rows] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Fills:
    """One row per pharmacy fill, ordered by member and day; a fill is a claim of one line.

    Attributes:
        member: Row of the member.
        day: Of the fill.
        drug: Position in the code book.
        number: Number of the fill within its member and year, from 1.
    """

    member: IntArray
    day: IntArray
    drug: IntArray
    number: IntArray

    def __len__(self) -> int:
        return len(self.member)

    def take(self, rows: IntArray) -> "Fills":
        """Some of the fills."""
        return Fills(**{name: values[rows] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Care:
    """All that happened to a block of members in a year.

    Attributes:
        encounters: The medical claims.
        fills: The pharmacy claims.
        chronic_code: One chronic diagnosis per member, or `NONE`.
        chronic_condition: The condition of that diagnosis, a position in `CHRONIC_CONDITIONS`, or `NONE`.
        chronic_count: How many chronic diagnoses a member has, at most `CHRONIC_PLACES`.
    """

    encounters: Encounters
    fills: Fills
    chronic_code: IntArray
    chronic_condition: IntArray
    chronic_count: IntArray


class _Collector:
    """Gathers claims and fills of one block of members; dates lie within the member's coverage."""

    def __init__(self, streams: Streams, members: Members, year: int) -> None:
        self.streams = streams
        self.members = members
        self.year = year
        self.covered = share_of_year(members, year)
        self.chronic_codes = np.full((len(members), CHRONIC_PLACES), NONE, dtype=np.int64)
        self.first_condition = np.full(len(members), NONE, dtype=np.int64)
        self._claims: list[tuple[IntArray, ...]] = []
        self._fills: list[tuple[IntArray, ...]] = []

    def keys(self, rows: IntArray, *more: IntArray) -> tuple[IntArray, ...]:
        """Keys of a draw that differs by member, year and whatever else is given."""
        return (self.members.key[rows], np.full_like(rows, self.year), *more)

    def days(self, purpose: str, rows: IntArray, *more: IntArray) -> IntArray:
        """A covered day for each row."""
        first, last = self.members.coverage_first[rows], self.members.coverage_last[rows]
        return first + self.streams.integers(f"{purpose}/day", last - first + 1, *self.keys(rows, *more))

    def repeated(self, purpose: str, rows: IntArray, mean: float | FloatArray) -> tuple[IntArray, IntArray]:
        """Rows repeated a random number of times, and the number of each repetition."""
        counts = self.streams.poisson(purpose, mean * self.covered[rows], *self.keys(rows))
        repeated = np.repeat(rows, counts)
        return repeated, np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)

    def claim(
        self,
        rows: IntArray,
        day: IntArray,
        setting: int | IntArray,
        diagnosis: IntArray,
        stay: int | IntArray = 0,
        drug_service: int | IntArray = NONE,
    ) -> None:
        """Add claims; a stay ends with coverage at the latest."""
        last_day = np.minimum(day + stay, self.members.coverage_last[rows])
        parts = (rows, day, last_day, np.asarray(setting), diagnosis, np.asarray(drug_service))
        self._claims.append(tuple(np.broadcast_to(part, rows.shape).astype(np.int64) for part in parts))

    def fill(self, rows: IntArray, day: IntArray, drug: IntArray) -> None:
        """Add fills."""
        self._fills.append((rows, day, drug))

    def claims(self) -> list[IntArray]:
        """The columns of all claims: member, first and last day, setting, diagnosis, drug service."""
        return [np.concatenate(parts) for parts in zip(*self._claims, strict=True)]

    def fills(self) -> Fills:
        """All fills, by member and day."""
        member, day, drug = (np.concatenate(parts) for parts in zip(*self._fills, strict=True))
        order = np.lexsort((drug, day, member))
        return Fills(member[order], day[order], drug[order], _numbers(member[order]))


@dataclass(frozen=True)
class EverydayCodes:
    """Diagnoses of no HCC, by age, and drugs of no RXC."""

    adult: CodeList
    child: CodeList
    infant: CodeList
    drugs: CodeList

    def diagnosis(self, collector: _Collector, purpose: str, rows: IntArray, *more: IntArray) -> IntArray:
        """A common diagnosis that fits the age."""
        age = collector.members.age[rows]
        keys = collector.keys(rows, *more)
        adult, child, infant = (
            codes.draw(collector.streams, purpose, *keys) for codes in (self.adult, self.child, self.infant)
        )
        return np.where(age >= CHILD_BELOW_AGE, adult, np.where(age >= 1, child, infant))


def everyday_codes(book: CodeBook, drugs: CodeList) -> EverydayCodes:
    """The everyday lists of `codes`, in a code book."""
    return EverydayCodes(book.ranked(COMMON_ADULT), book.ranked(COMMON_CHILD), book.ranked(COMMON_INFANT), drugs)


def make_encounters(
    streams: Streams, members: Members, codes: ConditionCodes, everyday: EverydayCodes, year: int
) -> Care:
    """All medical claims and fills of a block of members in a year."""
    collector = _Collector(streams, members, year)
    factor = frailty(streams, members)
    for position, (condition, code_list) in enumerate(zip(CHRONIC_CONDITIONS, codes.chronic, strict=True)):
        rows = members_with(streams, members, condition, factor)
        if code_list is not None:
            _chronic_care(collector, condition, code_list, rows, everyday)
            new = rows[collector.first_condition[rows] == NONE]
            collector.first_condition[new] = position
        _chronic_drugs(collector, condition, rows, codes)
    for event, event_codes in zip(ACUTE_EVENTS, codes.acute, strict=True):
        rate = rate_by_member(members, event.rates, event.sex, factor) * collector.covered
        rows = np.flatnonzero(streams.uniform(f"event/{event.name}", *collector.keys(np.arange(len(members)))) < rate)
        code = event_codes.draw(streams, f"event/{event.name}/code", *collector.keys(rows))
        _episode(collector, f"event/{event.name}", rows, collector.days(event.name, rows), code, event.inpatient_share)
    _births(collector, codes)
    _routine(collector, factor, everyday)
    return Care(
        encounters=_finish(collector, everyday),
        fills=collector.fills(),
        chronic_code=collector.chronic_codes[:, 0],
        chronic_condition=collector.first_condition,
        chronic_count=(collector.chronic_codes != NONE).sum(axis=1),
    )


def _chronic_care(
    collector: _Collector, condition: Condition, code_list: CodeList, rows: IntArray, everyday: EverydayCodes
) -> None:
    """Visits and stays for a chronic condition. Who goes nowhere in a year leaves no trace of it, as in life."""
    streams, name = collector.streams, f"chronic/{condition.name}"
    home_code = code_list.draw(streams, f"{name}/code", collector.members.key[rows])
    code_of_member = np.full(len(collector.members), NONE, dtype=np.int64)
    code_of_member[rows] = home_code
    _remember(collector.chronic_codes, rows, home_code)

    visit_rows, visit = collector.repeated(f"{name}/visits", rows, condition.visits)
    coded = streams.chance(f"{name}/coded", CODED_SHARE, *collector.keys(visit_rows, visit))
    other = everyday.diagnosis(collector, f"{name}/other", visit_rows, visit)
    setting = streams.choice(f"{name}/setting", CONDITION_SETTINGS, *collector.keys(visit_rows, visit))
    day = collector.days(name, visit_rows, visit)
    collector.claim(visit_rows, day, setting, np.where(coded, code_of_member[visit_rows], other))

    stay_rows, stay = collector.repeated(f"{name}/stays", rows, condition.stays)
    stay_day = collector.days(f"{name}/stay", stay_rows, stay)
    _hospital_stay(collector, f"{name}/stay", stay_rows, stay_day, code_of_member[stay_rows])


def _remember(chronic_codes: IntArray, rows: IntArray, code: IntArray) -> None:
    """Keep the first few chronic codes of a member, for claims that list what else the member has."""
    taken = (chronic_codes[rows] != NONE).sum(axis=1)
    free = taken < CHRONIC_PLACES
    chronic_codes[rows[free], taken[free]] = code[free]


def _chronic_drugs(collector: _Collector, condition: Condition, rows: IntArray, codes: ConditionCodes) -> None:
    streams = collector.streams
    for use in condition.drugs:
        name = f"drug/{condition.name}/{use.rxc}"
        key = collector.members.key[rows]
        users = rows[streams.chance(name, use.share, key)]
        key = collector.members.key[users]
        injected = streams.chance(f"{name}/injected", use.injected_share, key)

        drug = np.full(len(collector.members), NONE, dtype=np.int64)
        drug[users] = codes.drugs[use.rxc].draw(streams, f"{name}/ndc", key)
        fill_rows, fill = collector.repeated(f"{name}/fills", users[~injected], use.fills)
        collector.fill(fill_rows, collector.days(name, fill_rows, fill), drug[fill_rows])

        if use.injected_share:
            drug[users] = codes.drug_services[use.rxc].draw(streams, f"{name}/hcpcs", key)
            shot_rows, shot = collector.repeated(f"{name}/shots", users[injected], use.fills / 2)
            diagnosis = collector.chronic_codes[shot_rows, 0]
            known = diagnosis != NONE
            shot_rows, shot, diagnosis = shot_rows[known], shot[known], diagnosis[known]
            day = collector.days(f"{name}/shot", shot_rows, shot)
            collector.claim(shot_rows, day, INFUSION, diagnosis, drug_service=drug[shot_rows])


def _episode(
    collector: _Collector, purpose: str, rows: IntArray, day: IntArray, code: IntArray, inpatient_share: float
) -> None:
    """An acute event: a hospital stay with its doctor's claim, or an emergency visit; then one office visit."""
    admitted = collector.streams.chance(f"{purpose}/admitted", inpatient_share, *collector.keys(rows))
    _hospital_stay(collector, purpose, rows[admitted], day[admitted], code[admitted])
    setting = EMERGENCY if inpatient_share else OFFICE
    collector.claim(rows[~admitted], day[~admitted], setting, code[~admitted])
    later = np.minimum(day + 14, collector.members.coverage_last[rows])
    collector.claim(rows, later, OFFICE, code)


def _hospital_stay(collector: _Collector, purpose: str, rows: IntArray, day: IntArray, code: IntArray) -> None:
    nights = 1 + collector.streams.poisson(f"{purpose}/nights", 2.6, *collector.keys(rows, day))
    collector.claim(rows, day, INPATIENT, code, stay=nights)
    collector.claim(rows, day, HOSPITAL_VISIT, code)


def _births(collector: _Collector, codes: ConditionCodes) -> None:
    """Deliveries of mothers and the first stay of their newborns, on the same day."""
    members, streams = collector.members, collector.streams
    mothers = np.flatnonzero(members.gives_birth_on >= 0)
    code = codes.delivery.draw(streams, "delivery", *collector.keys(mothers))
    _hospital_stay(collector, "delivery", mothers, members.gives_birth_on[mothers], code)

    newborns = np.flatnonzero(members.is_born_in_year & (members.coverage_first == members.birth))
    code = codes.newborn.draw(streams, "newborn", *collector.keys(newborns))
    _hospital_stay(collector, "newborn", newborns, members.birth[newborns], code)
    ill = newborns[streams.chance("newborn/ill", NEWBORN_COMPLICATION_SHARE, *collector.keys(newborns))]
    code = codes.newborn_complication.draw(streams, "newborn/complication", *collector.keys(ill))
    collector.claim(ill, members.birth[ill], HOSPITAL_VISIT, code)


def _routine(collector: _Collector, factor: FloatArray, everyday: EverydayCodes) -> None:
    """Check-ups, colds, laboratory work, and drugs of no class."""
    members, streams = collector.members, collector.streams
    everyone = np.arange(len(members))
    # Frail members go more often, but not in proportion.
    mean = np.interp(members.age, ROUTINE_AGES, ROUTINE_VISITS) * np.sqrt(factor)
    rows, visit = collector.repeated("routine/visits", everyone, mean)
    keys = collector.keys(rows, visit)
    diagnosis = everyday.diagnosis(collector, "routine", rows, visit)
    setting = streams.choice("routine/setting", ROUTINE_SETTINGS, *keys)
    collector.claim(rows, collector.days("routine", rows, visit), setting, diagnosis)

    fills = np.interp(members.age, (0, 18, 30, 45, 64), (1.0, 1.3, 2.3, 3.9, 6.6)) * factor
    rows, fill = collector.repeated("routine/fills", everyone, fills)
    favourite = streams.integers("routine/favourite", 3, *collector.keys(rows, fill))
    drug = everyday.drugs.draw(streams, "routine/drug", members.key[rows], favourite)
    collector.fill(rows, collector.days("routine/fill", rows, fill), drug)


def _finish(collector: _Collector, everyday: EverydayCodes) -> Encounters:
    """Order and number the claims, and add the other diagnoses."""
    columns = collector.claims()
    member, first_day, _, setting, diagnosis, drug_service = columns
    order = np.lexsort((drug_service, diagnosis, setting, first_day, member))
    member, first_day, last_day, setting, diagnosis, drug_service = (column[order] for column in columns)
    number = _numbers(member)

    diagnoses = np.full((len(member), DIAGNOSIS_PLACES), NONE, dtype=np.int64)
    diagnoses[:, 0] = diagnosis
    for place, share in ((1, 0.45), (2, 0.2)):
        added = collector.streams.chance(f"place/{place}", share, *collector.keys(member, number))
        code = everyday.diagnosis(collector, f"place/{place}/code", member, number)
        _append(diagnoses, added, code)
    for position in range(CHRONIC_PLACES):
        in_hospital = np.isin(setting, (INPATIENT, HOSPITAL_VISIT))
        share_listed = np.where(in_hospital, 0.6, CARRIED_SHARE)
        listed = collector.streams.chance(f"carried/{position}", share_listed, *collector.keys(member, number))
        code = collector.chronic_codes[member, position]
        _append(diagnoses, listed & (code != NONE), code)
    return Encounters(member, first_day, last_day, setting, diagnoses, drug_service, number)


def _numbers(member: IntArray) -> IntArray:
    """Position of each row among the rows of its member, from 1; rows are ordered by member."""
    return np.arange(len(member)) - np.searchsorted(member, member) + 1


def _append(diagnoses: IntArray, rows: BoolArray, code: IntArray) -> None:
    """Put a code into the next free place of some rows, unless the claim already has it."""
    wanted = np.flatnonzero(rows & ~(diagnoses == code[:, None]).any(axis=1))
    place = (diagnoses[wanted] != NONE).sum(axis=1)
    diagnoses[wanted, place] = code[wanted]
