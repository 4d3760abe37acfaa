"""`raw_supplemental_diagnoses`: diagnoses added to and deleted from accepted claims, and additions taken back."""

import numpy as np
import polars as pl

from hhs_hcc.synth.claims import Block, claim_ids, is_eligible_setting
from hhs_hcc.synth.encounters import NONE, Encounters
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import IntArray
from hhs_hcc.synth.text import dates, member_ids

ADD_SHARE = 0.05
DELETE_SHARE = 0.012
"""Of the claims that count."""

VOID_SHARE = 0.12
"""Of the additions."""

ACTIONS = ("add", "delete", "void")
_ADD, _DELETE, _VOID = range(len(ACTIONS))


def make_supplementals(
    block: Block, schedule: Schedule, encounters: Encounters, arrives: IntArray, chronic_code: IntArray
) -> pl.DataFrame:
    """Supplemental records of a block that a delivery brings, with `record_key` for draws about a record.

    Args:
        block: The members and their keys.
        schedule: The deliveries.
        encounters: All medical claims.
        arrives: The first delivery of each claim; a record does not come before its claim.
        chronic_code: A chronic diagnosis per member, `NONE` for those who have none: what an addition usually adds.
    """
    accepted = is_eligible_setting(encounters.setting)
    keys = block.keys(encounters.member, encounters.number)
    draw = block.streams.uniform("supplemental", *keys)
    added = np.flatnonzero(accepted & (draw < ADD_SHARE) & (chronic_code[encounters.member] != NONE))
    deleted = np.flatnonzero(accepted & (draw >= 1 - DELETE_SHARE))
    voided = added[block.streams.chance("supplemental/void", VOID_SHARE, *(key[added] for key in keys))]

    frames: list[pl.DataFrame] = []
    for action, rows, diagnosis, wait in (
        (_ADD, added, chronic_code[encounters.member[added]], 60),
        (_DELETE, deleted, encounters.diagnoses[deleted, 0], 90),
        (_VOID, voided, np.full_like(voided, NONE), 120),
    ):
        wait_more = block.streams.integers("supplemental/wait", 30, *(key[rows] for key in keys))
        processed_on = encounters.last_day[rows] + wait + wait_more
        comes_now = np.maximum(schedule.first_to_know(processed_on), arrives[rows]) == schedule.number
        frames.append(
            _records(block, encounters.take(rows[comes_now]), action, diagnosis[comes_now], processed_on[comes_now])
        )
    return pl.concat(frames).sort("claim_id", "supplemental_diagnosis_id")


def _records(
    block: Block, encounters: Encounters, action: int, diagnosis: IntArray, processed_on: IntArray
) -> pl.DataFrame:
    """A record for each of some claims."""
    member, rows = encounters.member, len(encounters)
    claim = claim_ids("C", block.year, block.members.key[member], encounters.number)
    undone = claim + f"-{ACTIONS[_ADD]}" if action == _VOID else pl.Series([None] * rows, dtype=pl.String)
    return pl.DataFrame(
        {
            "supplemental_diagnosis_id": claim + f"-{ACTIONS[action]}",
            "member_id": member_ids(block.members.key[member]),
            "claim_id": claim,
            "action_code": pl.repeat(ACTIONS[action], rows, dtype=pl.String, eager=True),
            "original_supplemental_diagnosis_id": undone,
            "diagnosis_code": block.code(diagnosis),
            "service_date": dates(encounters.first_day),
            "processed_date": dates(processed_on),
            "record_key": (block.members.key[member] * 1000 + encounters.number) * len(ACTIONS) + action,
        }
    )
