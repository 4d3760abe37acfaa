"""`raw_supplemental_diagnoses`: diagnoses added to and deleted from accepted claims, and additions taken back."""

import numpy as np
import polars as pl

from hhs_hcc.synth.claims import Block, claim_ids, is_eligible_setting
from hhs_hcc.synth.encounters import NONE, Encounters
from hhs_hcc.synth.streams import IntArray
from hhs_hcc.synth.text import dates, member_ids

ADD_SHARE = 0.05
DELETE_SHARE = 0.012
"""Of the claims that count."""

VOID_SHARE = 0.12
"""Of the additions."""

ACTIONS = ("add", "delete", "void")
_ADD, _DELETE, _VOID = range(len(ACTIONS))


def make_supplementals(block: Block, encounters: Encounters, chronic_code: IntArray) -> pl.DataFrame:
    """Supplemental records of a block, with `record_key` for draws about a record.

    Args:
        block: The members and their keys.
        encounters: The medical claims.
        chronic_code: A chronic diagnosis per member, `NONE` for those who have none: what an addition usually adds.
    """
    accepted = is_eligible_setting(encounters.setting)
    keys = block.keys(encounters.member, encounters.number)
    draw = block.streams.uniform("supplemental", *keys)
    added = np.flatnonzero(accepted & (draw < ADD_SHARE) & (chronic_code[encounters.member] != NONE))
    deleted = np.flatnonzero(accepted & (draw >= 1 - DELETE_SHARE))
    voided = added[block.streams.chance("supplemental/void", VOID_SHARE, *(key[added] for key in keys))]

    frames = [
        _records(block, encounters, added, _ADD, chronic_code[encounters.member[added]], 60),
        _records(block, encounters, deleted, _DELETE, encounters.diagnoses[deleted, 0], 90),
        _records(block, encounters, voided, _VOID, np.full_like(voided, NONE), 120),
    ]
    return pl.concat(frames).sort("claim_id", "supplemental_diagnosis_id")


def _records(
    block: Block, encounters: Encounters, rows: IntArray, action: int, diagnosis: IntArray, wait: int
) -> pl.DataFrame:
    member = encounters.member[rows]
    claim = claim_ids("C", block.year, block.members.key[member], encounters.number[rows])
    wait_more = block.streams.integers("supplemental/wait", 30, *block.keys(member, encounters.number[rows]))
    undone = claim + f"-{ACTIONS[_ADD]}" if action == _VOID else pl.Series([None] * len(rows), dtype=pl.String)
    return pl.DataFrame(
        {
            "supplemental_diagnosis_id": claim + f"-{ACTIONS[action]}",
            "member_id": member_ids(block.members.key[member]),
            "claim_id": claim,
            "action_code": pl.repeat(ACTIONS[action], len(rows), dtype=pl.String, eager=True),
            "original_supplemental_diagnosis_id": undone,
            "diagnosis_code": block.code(diagnosis),
            "service_date": dates(encounters.first_day[rows]),
            "processed_date": dates(encounters.last_day[rows] + wait + wait_more),
            "record_key": (block.members.key[member] * 1000 + encounters.number[rows]) * len(ACTIONS) + action,
        }
    )
