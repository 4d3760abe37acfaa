"""Coverage spans: one per member and plan held, two where a small group's plan year turns within the calendar year."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from hhs_hcc.synth.benefits import METAL_PREMIUM_CENTS
from hhs_hcc.synth.calendar import day_of, first_day, last_day
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.plans import ANNIVERSARY_MONTHS, Holdings, PlanCatalogue
from hhs_hcc.synth.roster import Roster
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams
from hhs_hcc.synth.text import cents, dates, member_ids

_CURVE_AGES = (0, 14, 15, 20, 21, 24, 40, 50, 64)
_CURVE_FACTORS = (0.765, 0.765, 0.833, 0.970, 1.0, 1.0, 1.278, 1.786, 3.0)


@dataclass(frozen=True)
class Spans:
    """Coverage spans, ordered by member and start.

    Attributes:
        member: Row of the member.
        start: First day.
        end: Last day.
        plan: Row of the catalogue.
        is_plan_year: Whether the span is a plan year of a small group, whose end is agreed from the start.
    """

    member: IntArray
    start: IntArray
    end: IntArray
    plan: IntArray
    is_plan_year: BoolArray

    def take(self, rows: IntArray) -> "Spans":
        """Some of the spans."""
        return Spans(**{name: values[rows] for name, values in vars(self).items()})


def make_enrollments(streams: Streams, catalogue: PlanCatalogue, roster: Roster, schedule: Schedule) -> pl.DataFrame:
    """`raw_enrollments` of the members of a roster, with `member_row` for the steps that follow."""
    members = roster.members
    spans = _as_known(_spans(streams, members, roster.holdings, schedule), roster, schedule)
    factor = np.interp(members.age[spans.member], _CURVE_AGES, _CURVE_FACTORS)
    premium = np.rint(METAL_PREMIUM_CENTS[catalogue.metal[spans.plan]] * factor).astype(np.int64)
    plan_ids = pl.Series(list(catalogue.hios_plan_id), dtype=pl.String)
    return pl.DataFrame(
        {
            "member_id": member_ids(members.key[spans.member]),
            "hios_plan_id": plan_ids.gather(spans.plan),
            "enrollment_start_date": dates(spans.start),
            "enrollment_end_date": dates(spans.end),
            "premium_amount": cents(premium),
            "member_row": spans.member,
        }
    )


def _spans(streams: Streams, members: Members, holdings: Holdings, schedule: Schedule) -> Spans:
    """The spans of the whole year."""
    rows, year = np.arange(len(members)), schedule.year
    whole_year = (members.coverage_first == first_day(year)) & (members.coverage_last == last_day(year))
    anniversary = day_of(
        np.full_like(members.key, year),
        ANNIVERSARY_MONTHS[streams.integers("anniversary", len(ANNIVERSARY_MONTHS), members.family_key)],
    )
    has_changed = holdings.first_plan != holdings.last_plan
    turns = holdings.is_small_group & whole_year & ~has_changed
    # The plan years of a small group begin before New Year and end after it; the feed has them as they are, but where
    # it holds the year before or after, that year itself says who was covered.
    turn_start = np.maximum(np.maximum(anniversary - 365, members.birth), schedule.first_told)
    turn_end = np.minimum(anniversary + 364, schedule.last_told)

    has_two = has_changed | turns
    second_start = np.where(turns, anniversary, holdings.change_day)
    first_end = np.where(has_two, second_start - 1, members.coverage_last)
    first_start = np.where(turns, turn_start, members.coverage_first)
    second_end = np.where(turns, turn_end, members.coverage_last)

    second = np.flatnonzero(has_two)
    member = np.concatenate([rows, second])
    start = np.concatenate([first_start, second_start[second]])
    end = np.concatenate([first_end, second_end[second]])
    plan = np.concatenate([holdings.first_plan, holdings.last_plan[second]])
    return Spans(member, start, end, plan, turns[member]).take(np.lexsort((start, member)))


def _as_known(spans: Spans, roster: Roster, schedule: Schedule) -> Spans:
    """The spans as a delivery knows them: begun, open to the end of the year if they have not ended, or ended early."""
    termed_on = roster.termed_on[spans.member]
    is_open = (spans.end >= schedule.known_now) & ~spans.is_plan_year
    end = np.minimum(np.where(is_open, last_day(schedule.year), spans.end), termed_on)
    has_begun = (spans.start <= schedule.known_now) & (spans.start <= termed_on)
    return replace(spans, end=end).take(np.flatnonzero(has_begun))
