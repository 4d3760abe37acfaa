"""`raw_providers`: a fixed set of invented providers, the same for every size of the demo issuer.

In a series of deliveries some move, some leave, and new ones come out of a reserve.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.synth.changes import now, presence, strike, walk
from hhs_hcc.synth.plans import FIRST_ZIP, STATES
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import IntArray, Streams
from hhs_hcc.synth.text import digits


@dataclass(frozen=True)
class ProviderKind:
    """Providers of one kind lie in consecutive rows."""

    name: str
    specialty: str
    first: int
    count: int


CLINIC = ProviderKind("Demo Clinic", "family medicine", 0, 600)
SPECIALIST = ProviderKind("Demo Specialists", "internal medicine", 600, 250)
HOSPITAL = ProviderKind("Demo Hospital", "general acute care hospital", 850, 90)
LABORATORY = ProviderKind("Demo Laboratory", "clinical laboratory", 940, 60)
PHARMACY = ProviderKind("Demo Pharmacy", "pharmacy", 1000, 200)
PROVIDER_KINDS = (CLINIC, SPECIALIST, HOSPITAL, LABORATORY, PHARMACY)
RESERVE = 240
"""Providers who are not there at first; no claim names them."""

STREET_NUMBERS = 980
ZIPS = 900
PHONES = 100
CITIES = ("Sampleton", "Exampleville", "Demoford", "Mockbury")


def provider_ids(rows: IntArray) -> pl.Series:
    """The issuer's id of a provider."""
    return "DP" + digits(rows + 1, 6)


def choose_provider(streams: Streams, kind: ProviderKind, *keys: IntArray) -> IntArray:
    """A provider row of the kind, the same for the same keys."""
    return kind.first + streams.integers(f"provider/{kind.name}", kind.count, *keys)


def make_providers(streams: Streams, schedule: Schedule) -> tuple[pl.DataFrame, Counter[str]]:
    """The providers of a delivery, and how many differ from the delivery before, by kind of change.

    NPIs begin with 9 and telephone numbers lie in the 555-01xx block: neither is ever assigned.
    """
    rows = np.arange(sum(kind.count for kind in PROVIDER_KINDS) + RESERVE)
    arrives = _arrivals(streams, schedule, rows)
    is_there, was_there = presence(streams, schedule, "vanished_provider", arrives, rows)
    moved = strike(streams, schedule, "moved_provider", rows)

    def address(part: str, start: IntArray, bound: int) -> IntArray:
        return walk(streams, schedule, f"provider_{part}", moved, start, bound, rows)

    state = streams.integers("provider_state", len(STATES), rows)
    street = address("street", streams.integers("street", STREET_NUMBERS, rows), STREET_NUMBERS)
    area = address("zip", streams.integers("provider_zip", ZIPS, rows), ZIPS)
    phone = address("phone", rows % PHONES, PHONES)
    city = address("city", np.zeros_like(rows), len(CITIES))
    kind = _kinds(streams, rows)
    states = pl.Series(list(STATES)).gather(state)
    providers = pl.DataFrame(
        {
            "provider_id": provider_ids(rows),
            "npi": digits(9_000_000_000 + rows * 7 + 1, 10),
            "provider_name": pl.Series([kind.name for kind in PROVIDER_KINDS]).gather(kind) + " " + digits(rows, 4),
            "specialty": pl.Series([kind.specialty for kind in PROVIDER_KINDS]).gather(kind),
            "street": digits(1 + street, 1) + " Example Street",
            "city": pl.Series(list(CITIES)).gather(city) + " " + states,
            "state": states,
            "zip_code": digits(np.array(FIRST_ZIP)[state] + area, 5),
            "phone": "555-01" + digits(phone, 2),
        }
    )
    is_new = is_there & (arrives == schedule.number) & (schedule.number > 1)
    changes = {
        "moved_provider": is_there & was_there & now(schedule, moved, rows),
        "new_provider": is_new,
        "vanished_provider": was_there & ~is_there,
        "reappeared_provider": is_there & ~was_there & (arrives < schedule.number),
    }
    return providers.filter(is_there), Counter({name: int(mask.sum()) for name, mask in changes.items()})


def _arrivals(streams: Streams, schedule: Schedule, rows: IntArray) -> IntArray:
    """The first delivery of each provider; those of the reserve come as changes do, or never."""
    arrives = np.where(rows < len(rows) - RESERVE, 1, schedule.of + 1)
    for step, struck in strike(streams, schedule, "new_provider", rows).items():
        arrives = np.where(struck & (arrives > schedule.of), step, arrives)
    return arrives


def _kinds(streams: Streams, rows: IntArray) -> IntArray:
    """Kinds in turn for the providers of old, drawn for the reserve."""
    in_turn = np.repeat(np.arange(len(PROVIDER_KINDS)), [kind.count for kind in PROVIDER_KINDS])
    reserve = rows[len(in_turn) :]
    drawn = streams.choice("reserve_kind", [kind.count for kind in PROVIDER_KINDS], reserve)
    return np.concatenate([in_turn, drawn])
