"""`raw_providers`: a fixed set of invented providers, the same for every size of the demo issuer."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.synth.plans import FIRST_ZIP, STATES
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


def provider_ids(rows: IntArray) -> pl.Series:
    """The issuer's id of a provider."""
    return "DP" + digits(rows + 1, 6)


def choose_provider(streams: Streams, kind: ProviderKind, *keys: IntArray) -> IntArray:
    """A provider row of the kind, the same for the same keys."""
    return kind.first + streams.integers(f"provider/{kind.name}", kind.count, *keys)


def make_providers(streams: Streams) -> pl.DataFrame:
    """All providers. NPIs begin with 9 and telephone numbers lie in the 555-01xx block: neither is ever assigned."""
    rows = np.arange(sum(kind.count for kind in PROVIDER_KINDS))
    kind_of_row = np.repeat(np.arange(len(PROVIDER_KINDS)), [kind.count for kind in PROVIDER_KINDS])
    state = streams.integers("provider_state", len(STATES), rows)
    return pl.DataFrame(
        {
            "provider_id": provider_ids(rows),
            "npi": digits(9_000_000_000 + rows * 7 + 1, 10),
            "provider_name": pl.Series([kind.name for kind in PROVIDER_KINDS]).gather(kind_of_row)
            + " "
            + digits(rows, 4),
            "specialty": pl.Series([kind.specialty for kind in PROVIDER_KINDS]).gather(kind_of_row),
            "street": digits(1 + streams.integers("street", 980, rows), 1) + " Example Street",
            "city": "Sampleton " + pl.Series(list(STATES)).gather(state),
            "state": pl.Series(list(STATES)).gather(state),
            "zip_code": digits(np.array(FIRST_ZIP)[state] + streams.integers("provider_zip", 900, rows), 5),
            "phone": "555-01" + digits(rows % 100, 2),
        }
    )
