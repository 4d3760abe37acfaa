"""The members of a delivery: who is in its roster, with which traits and which coverage, as was known then."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from hhs_hcc.synth.calendar import last_day, month_end_before
from hhs_hcc.synth.changes import SHARES, at, now, presence, strike, walk
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.plans import Holdings
from hhs_hcc.synth.schedule import ALWAYS, Schedule
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams
from hhs_hcc.synth.traits import BROKERS, COMPLEX, ENGAGEMENTS, INCOME_LEVELS, ZIPS_PER_STATE, Traits

TERMED_FROM_DAYS, TERMED_SPREAD_DAYS = 20, 60
"""How long before the delivery an ended coverage has ended, to the end of a month."""

# Kind of change: trait, number of values, whether it strikes a whole family.
_TRAIT_CHANGES = {
    "moved_member": ("area", ZIPS_PER_STATE, True),
    "broker_changed": ("broker", BROKERS + 1, True),
    "income_changed": ("income", INCOME_LEVELS, True),
    "engagement_changed": ("engagement", ENGAGEMENTS, False),
    "segment_changed": ("segment", COMPLEX + 1, False),
    "high_cost_changed": ("is_high_cost", 2, False),
}


@dataclass(frozen=True)
class Roster:
    """Members of a delivery, one row each.

    Attributes:
        members: Who.
        holdings: What they hold, in truth.
        traits: What is known of them.
        plan: The plan held last, as far as is known: a row of the catalogue.
        termed_on: Last day of a coverage that was ended before its time, `ALWAYS` for all others.
        changes: Rows that differ from the roster of the delivery before, by kind.
    """

    members: Members
    holdings: Holdings
    traits: Traits
    plan: IntArray
    termed_on: IntArray
    changes: Counter[str]


def roster_at(streams: Streams, schedule: Schedule, members: Members, holdings: Holdings, traits: Traits) -> Roster:
    """The roster of a delivery, out of everyone of the year."""
    joins = schedule.first_to_know(members.coverage_first)
    late_share = schedule.changes * SHARES["late_member"]
    is_late = streams.chance("delivery/late_member", late_share, *at(schedule, 0, members.family_key))
    is_late &= joins < schedule.of
    arrives = joins + is_late
    is_there, was_there = presence(streams, schedule, "vanished_member", arrives, members.key)
    is_new = is_there & (arrives == schedule.number) & (schedule.number > 1)
    traits_now, changed = _traits_at(streams, schedule, members, traits)
    termed_on, is_termed = _termed(streams, schedule, members, holdings.is_small_group)
    plan, plan_before = (
        np.where(holdings.change_day <= np.minimum(known, termed), holdings.last_plan, holdings.first_plan)
        for known, termed in (
            (schedule.known_now, termed_on),
            (schedule.known_before, np.where(is_termed, ALWAYS, termed_on)),
        )
    )
    changed |= {
        "termed_member": is_termed,
        "switched_plan": plan != plan_before,
        "ended_coverage": _end_became_known(schedule, members) & (members.coverage_last <= termed_on),
    }
    counts = {kind: is_there & was_there & mask for kind, mask in changed.items()} | {
        "new_member": is_new & ~is_late,
        "late_member": is_new & is_late,
        "vanished_member": was_there & ~is_there,
        "reappeared_member": is_there & ~was_there & (arrives < schedule.number),
    }
    rows = np.flatnonzero(is_there)
    return Roster(
        members=members.take(rows),
        holdings=holdings.take(rows),
        traits=traits_now.take(rows),
        plan=plan[rows],
        termed_on=termed_on[rows],
        changes=Counter({kind: int(mask.sum()) for kind, mask in counts.items()}),
    )


def _traits_at(
    streams: Streams, schedule: Schedule, members: Members, traits: Traits
) -> tuple[Traits, dict[str, BoolArray]]:
    """The traits after all changes so far, and whom each kind of change strikes now."""
    values: dict[str, IntArray] = {}
    changed: dict[str, BoolArray] = {}
    for kind, (trait, bound, is_shared) in _TRAIT_CHANGES.items():
        key = members.family_key if is_shared else members.key
        struck = strike(streams, schedule, kind, key)
        values[trait] = walk(streams, schedule, kind, struck, getattr(traits, trait), bound, key)
        changed[kind] = now(schedule, struck, members.key)
    return replace(traits, **values), changed


def _termed(
    streams: Streams, schedule: Schedule, members: Members, is_small_group: BoolArray
) -> tuple[IntArray, BoolArray]:
    """The day on which coverage was ended before its time, and whether this delivery is the first to say so."""
    family = members.family_key
    termed_on = np.full(len(members), ALWAYS)
    is_termed = np.zeros(len(members), dtype=np.bool_)
    for step, struck in strike(streams, schedule, "termed_member", family).items():
        reference = min(int(schedule.known[step - 1]), last_day(schedule.year)) - TERMED_FROM_DAYS
        back = streams.integers("delivery/termed_on", TERMED_SPREAD_DAYS, *at(schedule, step, family))
        ended = month_end_before(reference - back)
        # A family is ended once; who joined later, or has left before, is not touched, nor is the plan year of a group.
        is_within = (members.coverage_first <= ended) & (ended < members.coverage_last)
        is_termed = struck & (termed_on == ALWAYS) & is_within & ~is_small_group
        termed_on = np.where(is_termed, ended, termed_on)
    return termed_on, is_termed


def _end_became_known(schedule: Schedule, members: Members) -> BoolArray:
    """Whether coverage has ended since the delivery before, within the year."""
    end = members.coverage_last
    return (schedule.known_before <= end) & (end < min(schedule.known_now, last_day(schedule.year)))
