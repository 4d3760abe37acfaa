"""What changes from one delivery to the next, and how a value walks from delivery to delivery.

A change is drawn for a person (family, plan, provider, claim) and a delivery, so that each delivery can be made without
those before it: what was true in delivery 2 is drawn again, to the same end, when delivery 3 is made.
"""

from collections.abc import Mapping

import numpy as np

from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams

SHARES = {
    "moved_member": 0.25,
    "broker_changed": 0.15,
    "income_changed": 0.20,
    "engagement_changed": 0.20,
    "segment_changed": 0.12,
    "high_cost_changed": 0.08,
    "late_member": 0.05,
    "termed_member": 0.05,
    "vanished_member": 0.03,
    "moved_provider": 0.60,
    "vanished_provider": 0.20,
    "new_provider": 1.0,
    "repriced_plan": 1.0,
    "corrected_claim": 0.50,
    "reversed_claim": 0.15,
    "replaced_claim": 0.15,
    "late_claim": 0.20,
}
"""Of the share that changes from one delivery to the next, by kind. New providers come out of a reserve: theirs is a
share of the reserve."""

RETURN_SHARE = 0.5
"""Of those who vanished, who are back in each later delivery."""

RETURNS = ("reappeared_member", "reappeared_provider")
COURSE_OF_THE_YEAR = ("new_member", "switched_plan", "ended_coverage")
"""What happens in a series whatever the share of changes is: families join, children are born, plans are changed and
left in the course of a year, and each delivery knows only what has happened."""

CHANGE_KINDS = (*COURSE_OF_THE_YEAR, *SHARES, *RETURNS)

Struck = Mapping[int, BoolArray]
"""By delivery, from the second to the one that is made: whom a change strikes."""


def strike(streams: Streams, schedule: Schedule, kind: str, *keys: IntArray) -> Struck:
    """Draw whom a kind of change strikes."""
    share = schedule.changes * SHARES[kind]
    return {step: streams.chance(f"delivery/{kind}", share, *at(schedule, step, *keys)) for step in schedule.steps()}


def walk(
    streams: Streams, schedule: Schedule, purpose: str, struck: Struck, start: IntArray, bound: int, *keys: IntArray
) -> IntArray:
    """A value below `bound` after all changes so far; one that is struck always gets another value than it had."""
    value = start
    for step, is_struck in struck.items():
        way = 1 + streams.integers(f"delivery/{purpose}/way", bound - 1, *at(schedule, step, *keys))
        value = np.where(is_struck, (value + way) % bound, value)
    return value


def presence(
    streams: Streams, schedule: Schedule, kind: str, arrives: IntArray, *keys: IntArray
) -> tuple[BoolArray, BoolArray]:
    """Who is in the roster of this delivery, and who was in that of the delivery before.

    Args:
        streams: Where vanishing and coming back are drawn.
        schedule: The deliveries.
        kind: Of vanishing.
        arrives: The first delivery of each.
        keys: Of each.
    """
    gone = np.zeros(len(arrives), dtype=np.bool_)
    was_there = np.zeros(len(arrives), dtype=np.bool_)
    for step, vanishes in strike(streams, schedule, kind, *keys).items():
        was_there = (arrives < step) & ~gone
        returns = gone & streams.chance(f"delivery/{kind}/return", RETURN_SHARE, *at(schedule, step, *keys))
        gone = (gone & ~returns) | (was_there & vanishes)
    return (arrives <= schedule.number) & ~gone, was_there


def at(schedule: Schedule, step: int, *keys: IntArray) -> tuple[IntArray, ...]:
    """Keys of a draw about a delivery: those given, the benefit year, and the number of the delivery."""
    return (*keys, np.full(len(keys[0]), schedule.year), np.full(len(keys[0]), step))


def now(schedule: Schedule, struck: Struck, like: IntArray) -> BoolArray:
    """Whom a change strikes in the delivery that is made; nobody in the first."""
    return struck.get(schedule.number, np.zeros(len(like), dtype=np.bool_))
