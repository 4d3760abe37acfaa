"""`raw_members`: who the people are. Names are composed of invented syllables; nobody is called so."""

import numpy as np
import polars as pl

from hhs_hcc.synth.conditions import CHRONIC_CONDITIONS
from hhs_hcc.synth.encounters import NONE
from hhs_hcc.synth.families import Members, subscriber_keys
from hhs_hcc.synth.plans import FIRST_ZIP, METALS, NETWORKS, RATING_AREAS, STATES, VARIANTS, PlanCatalogue
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams
from hhs_hcc.synth.text import dates, decimals, digits, member_ids
from hhs_hcc.synth.traits import BROKERS, CARE_MANAGEMENT, DIGITAL, NO_BROKER, SEGMENTS, WELLNESS, Traits

AGE_GROUPS = ((0, "0-1"), (2, "2-17"), (18, "18-25"), (26, "26-34"), (35, "35-44"), (45, "45-54"), (55, "55-64"),
              (65, "65+"))  # fmt: skip
"""First age of each group."""

REGIONS = ("North", "East", "South", "West")
"""Of a state; its rating areas take turns."""

INCOME_RANGES = {
    # Cost-sharing variant: lowest and highest income in hundredths of the federal poverty level.
    "00": (250, 850),
    "01": (150, 650),
    "02": (100, 300),
    "03": (300, 600),
    "04": (200, 250),
    "05": (150, 200),
    "06": (100, 150),
}

AGENCIES = 6
INDEPENDENT_EVERY = 5
"""Every fifth broker works without a general agency."""

EXCLUSIVE_CONDITIONS = {
    "type 1 diabetes": "diabetes",
    "type 2 diabetes": "diabetes",
    "asthma": "lung",
    "obstructive lung disease": "lung",
    "lung fibrosis": "lung",
    "metastatic cancer": "cancer",
    "lung or other severe cancer": "cancer",
    "lymphoma": "cancer",
    "colorectal or kidney cancer": "cancer",
    "breast cancer": "cancer",
    "prostate cancer": "cancer",
    "thyroid cancer or melanoma": "cancer",
    "cirrhosis": "liver",
    "hepatitis C": "liver",
    "kidney disease, stage 4 or 5": "kidney",
    "end stage renal disease": "kidney",
    "kidney transplant": "kidney",
}
"""Families of HCCs of which the most severe one alone counts, by the name of the condition."""

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


def make_people(
    streams: Streams,
    members: Members,
    traits: Traits,
    state: IntArray,
    plan: IntArray,
    catalogue: PlanCatalogue,
    year: int,
) -> pl.DataFrame:
    """The members file; a family shares name and address.

    Args:
        streams: Where the names are drawn.
        members: Who.
        traits: What is known of them.
        state: Of each member, as a position in `plans.STATES`.
        plan: Of each member, held last: a row of the catalogue.
        catalogue: The plans.
        year: Calendar year that the file describes.
    """
    states = pl.Series(list(STATES)).gather(state)
    rating_area = 1 + traits.area % np.array(RATING_AREAS)[state]
    names = pl.Series([start + end for start in _STARTS for end in _ENDS], dtype=pl.String)
    return pl.DataFrame(
        {
            "member_id": member_ids(members.key),
            "subscriber_id": member_ids(subscriber_keys(members)),
            "first_name": names.gather(streams.integers("first_name", len(names), members.key)),
            "last_name": "Demo-" + digits(members.family_key, 10),
            "birth_date": dates(members.birth),
            "gender": pl.Series(np.where(members.is_female, "F", "M"), dtype=pl.String),
            "state": states,
            "zip_code": digits(np.array(FIRST_ZIP)[state] + traits.area, 5),
            "rating_area": digits(rating_area, 1),
            "age_group": _age_groups(members.age),
            "region": states + " " + pl.Series(list(REGIONS)).gather((rating_area - 1) % len(REGIONS)),
            "fpl_ratio": _fpl_ratios(traits.income, catalogue.variant[plan]),
            "clinical_segment": pl.Series(list(SEGMENTS)).gather(traits.segment),
            **_brokers(traits.broker),
            "is_digitally_engaged": _flags((traits.engagement & DIGITAL) > 0),
            "is_care_management_engaged": _flags((traits.engagement & CARE_MANAGEMENT) > 0),
            "is_wellness_engaged": _flags((traits.engagement & WELLNESS) > 0),
            "high_cost_member": _flags(traits.is_high_cost > 0),
            "mutually_exclusive_hcc_condition": _exclusive_conditions(traits.condition),
            "plan_metal": pl.Series(list(METALS)).gather(catalogue.metal[plan]),
            "plan_network_access_type": pl.Series(list(NETWORKS)).gather(catalogue.network[plan]),
            "geographic_reporting": states + "-" + digits(rating_area, 2),
            "year": pl.repeat(str(year), len(members), dtype=pl.String, eager=True),
        }
    )


def _age_groups(age: IntArray) -> pl.Series:
    first_ages = [first for first, _ in AGE_GROUPS]
    labels = pl.Series([label for _, label in AGE_GROUPS])
    return labels.gather(np.searchsorted(first_ages, age, side="right") - 1)


def _fpl_ratios(income: IntArray, variant: IntArray) -> pl.Series:
    """Income over the poverty level, in the range that entitles to the variant."""
    low = np.array([INCOME_RANGES[name][0] for name in VARIANTS])[variant]
    high = np.array([INCOME_RANGES[name][1] for name in VARIANTS])[variant]
    # Levels are hundredths of the range, which is in hundredths: ten-thousandths without rounding.
    return decimals(low * 100 + (high - low) * income, 4)


def _brokers(broker: IntArray) -> dict[str, pl.Series]:
    """Ids and names of brokers and of their agencies; null without a broker, or without an agency."""
    numbers = np.arange(BROKERS)
    agency = 1 + numbers % AGENCIES
    is_independent = pl.Series(numbers % INDEPENDENT_EVERY == INDEPENDENT_EVERY - 1)
    lists = pl.DataFrame(
        {
            "broker_id": "BR" + digits(numbers + 1, 3),
            "broker_name": "Demo Broker " + digits(numbers + 1, 2),
            "general_agency_id": "GA" + digits(agency, 2),
            "general_agency_name": "Demo General Agency " + digits(agency, 1),
        }
    ).with_columns(
        pl.when(is_independent).then(None).otherwise(f"general_agency_{part}").alias(f"general_agency_{part}")
        for part in ("id", "name")
    )
    rows = pl.Series(broker).replace(NO_BROKER, None)
    return {column.name: column.gather(rows) for column in lists}


def _flags(is_true: BoolArray) -> pl.Series:
    return pl.Series(["false", "true"]).gather(is_true.astype(np.int64))


def _exclusive_conditions(condition: IntArray) -> pl.Series:
    labels = pl.Series([EXCLUSIVE_CONDITIONS.get(condition.name) for condition in CHRONIC_CONDITIONS])
    return labels.gather(pl.Series(condition).replace(NONE, None))
