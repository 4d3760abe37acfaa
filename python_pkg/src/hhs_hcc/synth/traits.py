"""What an issuer knows of its members beyond names and coverage: address, broker, income, segment, engagement.

A trait is a position in a list or on a scale. Each depends only on the person or the family, so that it is the same in
every file and every year, unless something happens to it.
"""

from dataclasses import dataclass

import numpy as np

from hhs_hcc.synth.encounters import NONE, Care
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams

MOVE_RATE = 0.06
ZIPS_PER_STATE = 900
INCOME_LEVELS = 100
"""Steps of the range of incomes that goes with a cost-sharing variant."""

BROKERS = 40
NO_BROKER = BROKERS
DIRECT_SHARE = 0.3
"""Of the families, that came without a broker."""

SEGMENTS = ("healthy", "chronic", "complex chronic", "maternity", "newborn")
HEALTHY, CHRONIC, COMPLEX, MATERNITY, NEWBORN = range(len(SEGMENTS))
COMPLEX_FROM_CONDITIONS = 2
HIGH_COST_SHARES = np.array([0.004, 0.05, 0.22, 0.06, 0.08])
"""By segment."""

ENGAGEMENTS = 8
"""Combinations of three flags, as bits: digital, care management, wellness."""

DIGITAL, CARE_MANAGEMENT, WELLNESS = 1, 2, 4
DIGITAL_SHARE = 0.45
CARE_MANAGEMENT_SHARES = np.array([0.02, 0.12, 0.35, 0.30, 0.10])
WELLNESS_SHARE = 0.18


@dataclass(frozen=True)
class Traits:
    """One position per member.

    Attributes:
        area: Address within the state, below `ZIPS_PER_STATE`.
        broker: Below `BROKERS`, or `NO_BROKER`.
        income: Below `INCOME_LEVELS`; what it means depends on the plan held.
        segment: Position in `SEGMENTS`.
        engagement: Below `ENGAGEMENTS`.
        is_high_cost: 1 or 0.
        condition: First chronic condition, a position in `CHRONIC_CONDITIONS`, or `NONE`.
    """

    area: IntArray
    broker: IntArray
    income: IntArray
    segment: IntArray
    engagement: IntArray
    is_high_cost: IntArray
    condition: IntArray

    def take(self, rows: IntArray) -> "Traits":
        """Some of the members."""
        return Traits(**{name: values[rows] for name, values in vars(self).items()})


def make_traits(streams: Streams, members: Members, care: Care, year: int) -> Traits:
    """The traits at the start of a year; a family shares address, broker and income."""
    family, person = members.family_key, members.key
    moved_in = streams.latest_event("move", MOVE_RATE, family, members.joined_year, year)
    is_direct = streams.chance("direct", DIRECT_SHARE, family)
    segment = np.select(
        [
            members.is_born_in_year,
            members.gives_birth_on != NONE,
            care.chronic_count >= COMPLEX_FROM_CONDITIONS,
            care.chronic_count > 0,
        ],
        [NEWBORN, MATERNITY, COMPLEX, CHRONIC],
        default=HEALTHY,
    )
    return Traits(
        area=streams.integers("zip", ZIPS_PER_STATE, family, moved_in),
        broker=np.where(is_direct, NO_BROKER, streams.integers("broker", BROKERS, family)),
        income=streams.integers("income", INCOME_LEVELS, family),
        segment=segment,
        engagement=_bits(
            (DIGITAL, streams.chance("digital", DIGITAL_SHARE, person)),
            (CARE_MANAGEMENT, streams.chance("care_management", CARE_MANAGEMENT_SHARES[segment], person)),
            (WELLNESS, streams.chance("wellness", WELLNESS_SHARE, person)),
        ),
        is_high_cost=streams.chance("high_cost", HIGH_COST_SHARES[segment], person).astype(np.int64),
        condition=care.chronic_condition,
    )


def _bits(*flags: tuple[int, BoolArray]) -> IntArray:
    combined = np.zeros(len(flags[0][1]), dtype=np.int64)
    for bit, is_set in flags:
        combined |= np.where(is_set, bit, 0)
    return combined
