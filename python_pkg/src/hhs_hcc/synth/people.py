"""`raw_members`: who the people are. Names are composed of invented syllables; nobody is called so."""

import numpy as np
import polars as pl

from hhs_hcc.synth.families import Members, subscriber_keys
from hhs_hcc.synth.plans import FIRST_ZIP, RATING_AREAS, STATES, state_of
from hhs_hcc.synth.streams import Streams
from hhs_hcc.synth.text import dates, digits, member_ids

MOVE_RATE = 0.06
_ZIPS_PER_STATE = 900

_STARTS = (
    "Zor",
    "Quel",
    "Vri",
    "Blan",
    "Tox",
    "Fim",
    "Yul",
    "Kaz",
    "Wex",
    "Drum",
    "Plo",
    "Gwi",
    "Snu",
    "Jex",
    "Omb",
    "Thra",
)
_ENDS = (
    "vento",
    "tique",
    "doxa",
    "fillu",
    "zana",
    "wick",
    "lompo",
    "rixi",
    "meno",
    "stolu",
    "pazzu",
    "quin",
    "gorda",
    "neff",
)


def make_people(streams: Streams, members: Members, year: int) -> pl.DataFrame:
    """The members file; a family shares name and address, and some families move between years."""
    state = state_of(streams, members.family_key)
    moved_in = streams.latest_event("move", MOVE_RATE, members.family_key, members.joined_year, year)
    area = streams.integers("zip", _ZIPS_PER_STATE, members.family_key, moved_in)
    names = pl.Series([start + end for start in _STARTS for end in _ENDS], dtype=pl.String)
    return pl.DataFrame(
        {
            "member_id": member_ids(members.key),
            "subscriber_id": member_ids(subscriber_keys(members)),
            "first_name": names.gather(streams.integers("first_name", len(names), members.key)),
            "last_name": "Demo-" + digits(members.family_key, 10),
            "birth_date": dates(members.birth),
            "gender": pl.Series(np.where(members.is_female, "F", "M"), dtype=pl.String),
            "state": pl.Series(list(STATES)).gather(state),
            "zip_code": digits(np.array(FIRST_ZIP)[state] + area, 5),
            "rating_area": digits(1 + area % np.array(RATING_AREAS)[state], 1),
        }
    )
