"""Families and their members in one calendar year.

A family holds a slot for a few years; when it leaves, another family takes the slot in the next year. So every year has
the same number of families, some new, some about to go, and who they are does not depend on the year asked for.
"""

from dataclasses import dataclass

import numpy as np

from hhs_hcc.synth.calendar import age_on, day_of, first_day, last_day
from hhs_hcc.synth.streams import BoolArray, FloatArray, IntArray, Streams

TENURE_YEARS = np.array([3, 4, 5, 6])
"""How long a family stays; each length is as likely as the others."""

MID_YEAR_SHARE = 0.55
"""Share of joining families that start after January, and of leaving families that end before December."""

HEAD_AGE_BANDS = ((19, 26, 0.15), (26, 35, 0.23), (35, 45, 0.20), (45, 55, 0.19), (55, 63, 0.23))
"""Age of the subscriber on joining: from, below, share."""

SPOUSE_SHARE = (0.05, 0.28, 0.42, 0.42, 0.40)
PARENT_SHARE = (0.12, 0.50, 0.62, 0.42, 0.12)
"""By the age band of the subscriber."""

CHILD_COUNT_WEIGHTS = (0.42, 0.36, 0.16, 0.06)
MOST_PEOPLE = 6
SPOUSE = 1
FIRST_CHILD = 2
DEPENDENT_UNTIL_AGE = 26
MATERNAL_AGES = (18, 43)

_FAMILIES_PER_SLOT = 1024
_PEOPLE_PER_FAMILY = 8


@dataclass(frozen=True)
class Families:
    """One row per family with any coverage in the year; day numbers are days since 1970-01-01."""

    key: IntArray
    joined_year: IntArray
    coverage_first: IntArray
    coverage_last: IntArray


@dataclass(frozen=True)
class Members:
    """One row per member, ordered by family; `family` is the row of the family."""

    key: IntArray
    family: IntArray
    family_key: IntArray
    joined_year: IntArray
    position: IntArray
    birth: IntArray
    is_female: BoolArray
    age: IntArray
    coverage_first: IntArray
    coverage_last: IntArray
    gives_birth_on: IntArray
    is_born_in_year: BoolArray

    def __len__(self) -> int:
        return len(self.key)

    def head(self, count: int) -> "Members":
        """The first members."""
        return self.take(np.arange(min(count, len(self))))

    def take(self, rows: IntArray) -> "Members":
        """Some of the members."""
        return Members(**{name: values[rows] for name, values in vars(self).items()})


def make_families(streams: Streams, slots: IntArray, year: int) -> Families:
    """The family that holds each slot in a year."""
    tenure = TENURE_YEARS[streams.integers("tenure", len(TENURE_YEARS), slots)]
    phase = streams.integers("phase", tenure, slots)
    occupant = (year + phase) // tenure
    joined_year = occupant * tenure - phase
    last_year = joined_year + tenure - 1
    key = slots * _FAMILIES_PER_SLOT + occupant

    start_month = np.where(
        (joined_year == year) & streams.chance("joins_mid_year", MID_YEAR_SHARE, key),
        2 + streams.integers("start_month", 10, key),
        1,
    )
    end_month = np.where(
        (last_year == year) & streams.chance("leaves_mid_year", MID_YEAR_SHARE, key),
        1 + streams.integers("end_month", 11, key),
        12,
    )
    return Families(
        key=key,
        joined_year=joined_year,
        coverage_first=day_of(np.full_like(key, year), start_month),
        coverage_last=day_of(np.full_like(key, year), end_month + 1) - 1,
    )


def make_members(streams: Streams, families: Families, year: int) -> Members:
    """Everyone of the families who is covered on at least one day of the year."""
    key = families.key
    band = streams.choice("head_age_band", [share for *_, share in HEAD_AGE_BANDS], key)
    low = np.array([band_low for band_low, *_ in HEAD_AGE_BANDS])[band]
    width = np.array([below - band_low for band_low, below, _ in HEAD_AGE_BANDS])[band]
    head_birth_year = families.joined_year - low - streams.integers("head_age", width, key)
    head_female = streams.chance("head_sex", 0.53, key)

    has_spouse = streams.chance("spouse", np.array(SPOUSE_SHARE)[band], key)
    spouse_gap = np.rint(4 * streams.normal("spouse_age", key)).astype(np.int64)
    spouse_birth_year = np.clip(head_birth_year + spouse_gap, families.joined_year - 63, families.joined_year - 19)
    spouse_female = head_female ^ streams.chance("spouse_sex", 0.97, key)

    mother = np.where(head_female, 0, np.where(has_spouse & spouse_female, SPOUSE, -1))
    parent_birth_year = np.where(mother == SPOUSE, spouse_birth_year, head_birth_year)
    is_parent = streams.chance("parent", np.array(PARENT_SHARE)[band], key)
    child_count = np.where(is_parent, 1 + streams.choice("child_count", CHILD_COUNT_WEIGHTS, key), 0)

    shape = (len(key), MOST_PEOPLE)
    birth = np.empty(shape, dtype=np.int64)
    female = np.empty(shape, dtype=np.bool_)
    exists = np.zeros(shape, dtype=np.bool_)
    for position in range(MOST_PEOPLE):
        person = key * _PEOPLE_PER_FAMILY + position
        if position < FIRST_CHILD:
            birth_year = spouse_birth_year if position == SPOUSE else head_birth_year
            exists[:, position] = has_spouse if position == SPOUSE else True
            female[:, position] = spouse_female if position == SPOUSE else head_female
        else:
            parent_age = np.rint(29 + 5.5 * streams.normal("parent_age", person)).astype(np.int64)
            birth_year = parent_birth_year + np.clip(parent_age, *MATERNAL_AGES)
            exists[:, position] = child_count > position - FIRST_CHILD
            female[:, position] = streams.chance("child_sex", 0.488, person)
        birth[:, position] = day_of(birth_year) + streams.integers("birthday", 365, person)
    ages = age_on(birth.ravel(), first_day(year)).reshape(shape)
    is_child = np.arange(MOST_PEOPLE) >= FIRST_CHILD
    exists &= ~is_child | (ages < DEPENDENT_UNTIL_AGE)
    exists &= birth <= families.coverage_last[:, None]

    born_in_year = exists & (birth >= first_day(year))
    gives_birth_on = np.full(shape, -1, dtype=np.int64)
    newborn_day = np.where(born_in_year, birth, -1).max(axis=1)
    delivers = (mother >= 0) & (newborn_day >= families.coverage_first)
    gives_birth_on[np.flatnonzero(delivers), mother[delivers]] = newborn_day[delivers]

    family, place = np.nonzero(exists)
    births = birth[family, place]
    coverage_last = families.coverage_last[family]
    return Members(
        key=key[family] * _PEOPLE_PER_FAMILY + place,
        family=family,
        family_key=key[family],
        joined_year=families.joined_year[family],
        position=place,
        birth=births,
        is_female=female[family, place],
        age=np.maximum(age_on(births, coverage_last), 0),
        coverage_first=np.maximum(families.coverage_first[family], births),
        coverage_last=coverage_last,
        gives_birth_on=gives_birth_on[family, place],
        is_born_in_year=born_in_year[family, place],
    )


def subscriber_keys(members: Members) -> IntArray:
    """The key of the person in the first position of each member's family."""
    return members.family_key * _PEOPLE_PER_FAMILY


def share_of_year(members: Members, year: int) -> FloatArray:
    """Covered days over days of the year."""
    days = last_day(year) - first_day(year) + 1
    return (members.coverage_last - members.coverage_first + 1) / days
