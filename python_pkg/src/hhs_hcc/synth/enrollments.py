"""Coverage spans: one per member and plan held, two where a small group's plan year turns within the calendar year."""

import numpy as np
import polars as pl

from hhs_hcc.synth.calendar import day_of, first_day, last_day
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.plans import ANNIVERSARY_MONTHS, Holdings, PlanCatalogue
from hhs_hcc.synth.streams import Streams
from hhs_hcc.synth.text import cents, dates, member_ids

METAL_PREMIUM_CENTS = np.array([31_000, 40_000, 49_000, 58_000, 22_000])
"""Monthly premium at age 21, by position in `plans.METALS`."""

_CURVE_AGES = (0, 14, 15, 20, 21, 24, 40, 50, 64)
_CURVE_FACTORS = (0.765, 0.765, 0.833, 0.970, 1.0, 1.0, 1.278, 1.786, 3.0)


def make_enrollments(
    streams: Streams, catalogue: PlanCatalogue, members: Members, holdings: Holdings, year: int
) -> pl.DataFrame:
    """`raw_enrollments`, ordered by member and start, with `member_row` for the steps that follow."""
    rows = np.arange(len(members))
    whole_year = (members.coverage_first == first_day(year)) & (members.coverage_last == last_day(year))
    anniversary = day_of(
        np.full_like(members.key, year),
        ANNIVERSARY_MONTHS[streams.integers("anniversary", len(ANNIVERSARY_MONTHS), members.family_key)],
    )
    has_changed = holdings.first_plan != holdings.last_plan
    turns = holdings.is_small_group & whole_year & ~has_changed
    # The plan years of a small group begin before New Year and end after it; the feed has them as they are.
    turn_start = np.maximum(anniversary - 365, members.birth)
    turn_end = anniversary + 364

    has_two = has_changed | turns
    second_start = np.where(turns, anniversary, holdings.change_day)
    first_end = np.where(has_two, second_start - 1, members.coverage_last)
    first_start = np.where(turns, turn_start, members.coverage_first)
    second_end = np.where(turns, turn_end, members.coverage_last)

    second = np.flatnonzero(has_two)
    member_row = np.concatenate([rows, second])
    start = np.concatenate([first_start, second_start[second]])
    end = np.concatenate([first_end, second_end[second]])
    plan = np.concatenate([holdings.first_plan, holdings.last_plan[second]])
    order = np.lexsort((start, member_row))
    member_row, start, end, plan = member_row[order], start[order], end[order], plan[order]
    factor = np.interp(members.age[member_row], _CURVE_AGES, _CURVE_FACTORS)
    premium = np.rint(METAL_PREMIUM_CENTS[catalogue.metal[plan]] * factor).astype(np.int64)
    plan_ids = pl.Series(list(catalogue.hios_plan_id), dtype=pl.String)
    return pl.DataFrame(
        {
            "member_id": member_ids(members.key[member_row]),
            "hios_plan_id": plan_ids.gather(plan),
            "enrollment_start_date": dates(start),
            "enrollment_end_date": dates(end),
            "premium_amount": cents(premium),
            "member_row": member_row,
        }
    )
