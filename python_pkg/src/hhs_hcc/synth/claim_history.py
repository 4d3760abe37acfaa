"""When each claim is delivered first, and what happens to it afterwards: corrected, reversed, or replaced.

What is delivered again is clean, and only claims without planted dirt are: the others have a history of their own.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.synth.changes import SHARES, at
from hhs_hcc.synth.dirt import CLEAN, DirtPlanter
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams
from hhs_hcc.synth.text import cents, dates

EVENTS = ("corrected_claim", "reversed_claim", "replaced_claim")
CORRECTED, REVERSED, REPLACED = range(len(EVENTS))
NOTHING = len(EVENTS)


@dataclass(frozen=True)
class Deliverable:
    """What a delivery holds of some claims.

    Attributes:
        arrives: The first delivery of each claim.
        first: Rows of the claims that this delivery brings first.
        again: Rows of the claims that it brings again.
        event: What happened to each of `again`.
        corrected_in: Per delivery from the second to this one, which of `again` it corrected, or replaced.
        changes: How many claims changed, by kind.
    """

    arrives: IntArray
    first: IntArray
    again: IntArray
    event: IntArray
    corrected_in: dict[int, BoolArray]
    changes: Counter[str]


def deliverable(
    streams: Streams, schedule: Schedule, keys: tuple[IntArray, ...], paid_on: IntArray, *, is_pharmacy: bool
) -> Deliverable:
    """Work the history of some claims out, up to this delivery.

    Args:
        streams: Where changes are drawn.
        schedule: The deliveries.
        keys: Member, year and number of each claim.
        paid_on: The day on which each was decided.
        is_pharmacy: Whether they are fills.
    """
    name = "fill" if is_pharmacy else "claim"
    knows = schedule.first_to_know(paid_on)
    is_late = np.zeros(len(knows), dtype=np.bool_)
    if schedule.changes and schedule.of > 1:
        late_share = schedule.changes * SHARES["late_claim"]
        is_late = streams.chance(f"delivery/late_{name}", late_share, *keys) & (knows < schedule.of)
    arrives = knows + is_late

    edges = np.cumsum([schedule.changes * SHARES[kind] for kind in EVENTS])
    planter = DirtPlanter(streams, schedule)
    ended = np.zeros(len(knows), dtype=np.bool_)
    corrections: dict[int, BoolArray] = {}
    again = event = np.array([], dtype=np.int64)
    for step in schedule.steps():
        rows = np.flatnonzero((arrives < step) & ~ended)
        draw = streams.uniform(f"delivery/{name}", *at(schedule, step, *(key[rows] for key in keys)))
        drawn = np.searchsorted(edges, draw, side="right")
        rows, drawn = rows[drawn != NOTHING], drawn[drawn != NOTHING]
        is_clean = planter.claim_kinds(tuple(key[rows] for key in keys), np.full(len(rows), is_pharmacy)) == CLEAN
        again, event = rows[is_clean], drawn[is_clean]
        ended[again[event != CORRECTED]] = True
        corrections[step] = np.zeros(len(knows), dtype=np.bool_)
        corrections[step][again[event != REVERSED]] = True

    first = np.flatnonzero(arrives == schedule.number)
    counts = Counter({kind: int((event == position).sum()) for position, kind in enumerate(EVENTS)})
    counts["late_claim"] = int(is_late[first].sum())
    corrected_in = {step: is_corrected[again] for step, is_corrected in corrections.items()}
    return Deliverable(arrives, first, again, event, corrected_in, counts)


def restate(
    streams: Streams, schedule: Schedule, lines: pl.DataFrame, keys: tuple[IntArray, ...], claims: Deliverable
) -> pl.DataFrame:
    """Lines as they are delivered again: with other amounts, voided, or as lines of a claim that replaces theirs.

    Args:
        streams: Where amounts and days are drawn.
        schedule: The deliveries.
        lines: Of the claims delivered again, in the order of the claims, as they came first.
        keys: Member, year and number of each of these claims.
        claims: What happened to them.
    """
    if lines.is_empty():
        return lines
    claim = lines["claim_id"].rle_id().to_numpy()
    event = claims.event[claim]
    line_keys = (*(key[claim] for key in keys), lines["claim_line_number"].cast(pl.Int64).to_numpy())
    since = int(schedule.known[schedule.number - 2])
    wait = streams.integers("delivery/paid_date", schedule.known_now - since, *at(schedule, schedule.number, *keys))
    is_replaced = pl.Series(event == REPLACED)
    new_id = pl.col("claim_id") + f"R{schedule.number}"
    return lines.with_columns(
        claim_id=pl.when(is_replaced).then(new_id).otherwise("claim_id"),
        replaces_claim_id=pl.when(is_replaced).then("claim_id"),
        bill_type_code=pl.when(is_replaced)
        .then(pl.col("bill_type_code").str.replace(r".$", "7"))
        .otherwise("bill_type_code"),
        claim_status=pl.Series(["paid", "void"]).gather((event == REVERSED).astype(np.int64)),
        paid_date=dates((since + 1 + wait)[claim]),
        paid_amount=cents(_paid_cents(streams, schedule, lines, line_keys, claim, claims)),
    )


def _paid_cents(
    streams: Streams,
    schedule: Schedule,
    lines: pl.DataFrame,
    line_keys: tuple[IntArray, ...],
    claim: IntArray,
    claims: Deliverable,
) -> IntArray:
    """What is paid after all corrections; each gives another amount than was paid before."""
    allowed, paid = (
        (lines[column].str.replace(".", "", literal=True).cast(pl.Int64).to_numpy())
        for column in ("allowed_amount", "paid_amount")
    )
    for step, is_corrected in claims.corrected_in.items():
        share = 0.3 + 0.7 * streams.uniform("delivery/paid_amount", *at(schedule, step, *line_keys))
        corrected = np.rint(allowed * share).astype(np.int64)
        corrected = np.where(corrected == paid, corrected - 1, corrected)
        paid = np.where(is_corrected[claim], corrected, paid)
    return paid
