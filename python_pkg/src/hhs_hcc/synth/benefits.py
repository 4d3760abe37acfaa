"""What the plans of the demo issuer cost and cover: `raw_plans`."""

from collections import Counter

import numpy as np
import polars as pl

from hhs_hcc.synth.changes import now, strike, walk
from hhs_hcc.synth.plans import VARIANTS, PlanCatalogue
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import Streams
from hhs_hcc.synth.text import cents, decimals

METAL_PREMIUM_CENTS = np.array([31_000, 40_000, 49_000, 58_000, 22_000])
"""Monthly premium at age 21, by position in `plans.METALS`, as are the tables that follow."""

DEDUCTIBLE_DOLLARS = np.array([7_200, 4_800, 1_500, 250, 9_200])
OOP_MAX_DOLLARS = np.array([9_200, 8_700, 7_000, 3_500, 9_200])
PCP_COPAY_DOLLARS = np.array([45, 35, 25, 10, 0])
COINSURANCE_PERCENT = np.array([50, 40, 25, 10, 0])
ACTUARIAL_VALUE_PERCENT = np.array([60, 70, 80, 90, 57])

_VARIANT_BENEFITS = {
    # Variant: deductible, most out of pocket, copay, coinsurance, actuarial value. The others keep those of the metal.
    "02": (0, 0, 0, 0, 100),
    "04": (3_600, 7_000, 30, 35, 73),
    "05": (800, 3_000, 15, 15, 87),
    "06": (100, 1_500, 5, 10, 94),
}


PREMIUM_STEP_PER_THOUSAND = 15
DEDUCTIBLE_STEP_PERCENT = 2
PRICE_LEVELS = 9
"""How much a step of a new price changes premium and deductible, and how many levels there are."""


def make_plans(streams: Streams, catalogue: PlanCatalogue, schedule: Schedule) -> tuple[pl.DataFrame, Counter[str]]:
    """`raw_plans` of a delivery, and how many plans were repriced since the one before.

    The premium is that of a member of 21 years, as `raw_enrollments` states it; spans keep the premium that they were
    sold at. Of the rare plan, the last row, nothing is known.
    """
    rows = np.arange(len(catalogue))
    repriced = strike(streams, schedule, "repriced_plan", rows)
    level = walk(streams, schedule, "price_level", repriced, np.zeros_like(rows), PRICE_LEVELS, rows)

    by_metal = (DEDUCTIBLE_DOLLARS, OOP_MAX_DOLLARS, PCP_COPAY_DOLLARS, COINSURANCE_PERCENT, ACTUARIAL_VALUE_PERCENT)
    benefits = np.stack([of_metal[catalogue.metal] for of_metal in by_metal])
    for variant, of_variant in _VARIANT_BENEFITS.items():
        benefits[:, catalogue.variant == VARIANTS.index(variant)] = np.array(of_variant)[:, None]
    deductible, oop_max, copay, coinsurance, actuarial_value = benefits
    columns = {
        "monthly_premium": cents(
            METAL_PREMIUM_CENTS[catalogue.metal] * (1000 + PREMIUM_STEP_PER_THOUSAND * level) // 1000
        ),
        "deductible": cents(deductible * (100 + DEDUCTIBLE_STEP_PERCENT * level)),
        "oop_max": cents(oop_max * 100),
        "pcp_copay": cents(copay * 100),
        "coinsurance_rate": decimals(coinsurance, 2),
        "actuarial_value": decimals(actuarial_value, 2),
    }
    unknown = pl.Series([None], dtype=pl.String)
    plans = catalogue.frame(schedule.year).with_columns(
        pl.concat([values, unknown]).alias(name) for name, values in columns.items()
    )
    return plans, Counter({"repriced_plan": int(now(schedule, repriced, rows).sum())})
