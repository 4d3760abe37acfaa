"""Plans of the demo issuer, and which of them each family holds when."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.synth.calendar import day_of, first_day
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams

STATES = ("TX", "NC", "AZ")
STATE_WEIGHTS = (0.5, 0.3, 0.2)
RATING_AREAS = (26, 16, 7)
FIRST_ZIP = (75000, 27000, 85000)
ISSUERS = ("99801", "99802", "99803")
"""HIOS issuer ids are given out from 10000 upwards and have not come near these."""

METALS = ("bronze", "silver", "gold", "platinum", "catastrophic")
INDIVIDUAL_METAL_WEIGHTS = (0.25, 0.57, 0.13, 0.02, 0.03)
YOUNG_METAL_WEIGHTS = (0.24, 0.48, 0.11, 0.02, 0.15)
SMALL_GROUP_METAL_WEIGHTS = (0.15, 0.35, 0.36, 0.14, 0.0)
YOUNG_BELOW_AGE = 30
BRONZE, SILVER, CATASTROPHIC = 0, 1, 4

VARIANTS = ("00", "01", "02", "03", "04", "05", "06")
SILVER_VARIANT_WEIGHTS = (0.18, 0.22, 0.006, 0.004, 0.12, 0.20, 0.27)
OTHER_VARIANT_WEIGHTS = (0.45, 0.53, 0.012, 0.008)
CATASTROPHIC_VARIANT_WEIGHTS = (0.5, 0.5)

SMALL_GROUP_SHARE = 0.10
PLAN_SWITCH_RATE = 0.03
NETWORKS = ("Open Access", "Select Network")
NETWORK_LETTERS = ("OA", "SN")
VARIANT_LABELS = ("OFF", "ON", "ZERO", "LIM", "73", "87", "94")
"""By the position in `VARIANTS`, in the issuer's own plan ids: off and on exchange, the two variants of American
Indians and Alaska Natives, and the actuarial value of silver variants."""

ANNIVERSARY_MONTHS = np.array([4, 7, 10])

RARE_PLAN = "99801TX009009000"
RARE_PLAN_OWN_ID = "TX-IND-LEGACY"
RARE_PLAN_METAL = "copper"
"""A plan in the plans file whose metal level no rule knows; only planted dirt enrolls anyone in it."""


@dataclass(frozen=True)
class PlanCatalogue:
    """The plans on offer, the same in every year; a plan is known by its row."""

    hios_plan_id: tuple[str, ...]
    state: IntArray
    metal: IntArray
    is_small_group: BoolArray
    network: IntArray
    variant: IntArray
    row_by_choice: IntArray

    def __len__(self) -> int:
        return len(self.hios_plan_id)

    def frame(self, year: int) -> pl.DataFrame:
        """`raw_plans` without what the plans cost and cover: what the issuer offers in a year, the rare plan last."""
        markets = ["small_group" if is_group else "individual" for is_group in self.is_small_group]
        return pl.DataFrame(
            {
                "hios_plan_id": [*self.hios_plan_id, RARE_PLAN],
                "effective_year": [str(year)] * (len(self) + 1),
                "plan_name": [*(self._name(row) for row in range(len(self))), "Demo Legacy 00"],
                "metal_level": [*(METALS[metal] for metal in self.metal), RARE_PLAN_METAL],
                "market": [*markets, "individual"],
                "plan_id": [*(self._own_id(row) for row in range(len(self))), RARE_PLAN_OWN_ID],
            }
        )

    def _name(self, row: int) -> str:
        return f"Demo {METALS[self.metal[row]].title()} {NETWORKS[self.network[row]]} {VARIANTS[self.variant[row]]}"

    def _own_id(self, row: int) -> str:
        market = "SG" if self.is_small_group[row] else "IND"
        network, variant = NETWORK_LETTERS[self.network[row]], VARIANT_LABELS[self.variant[row]]
        return f"{STATES[self.state[row]]}-{market}-{METALS[self.metal[row]].upper()}-{network}-{variant}"


@dataclass(frozen=True)
class Holdings:
    """Per member: the plan held first and last in the year, and the day of the change (after coverage if none)."""

    first_plan: IntArray
    last_plan: IntArray
    change_day: IntArray
    is_small_group: BoolArray

    def plan_on(self, member: IntArray, day: IntArray) -> IntArray:
        """The plan of a member on a day."""
        return np.where(day < self.change_day[member], self.first_plan[member], self.last_plan[member])

    def take(self, rows: IntArray) -> "Holdings":
        """Some of the members."""
        return Holdings(**{name: values[rows] for name, values in vars(self).items()})


def make_catalogue() -> PlanCatalogue:
    """All combinations of state, market, metal, network and variant that the issuer offers."""
    ids: list[str] = []
    choices: list[tuple[int, bool, int, int, int]] = []
    row_by_choice = np.full((len(STATES), 2, len(METALS), len(NETWORKS), len(VARIANTS)), -1, dtype=np.int64)
    for state, issuer in enumerate(ISSUERS):
        for is_group in (False, True):
            for metal in range(len(METALS)):
                for network in range(len(NETWORKS)):
                    for variant in range(len(_variant_weights(metal, is_group))):
                        row_by_choice[state, int(is_group), metal, network, variant] = len(ids)
                        product = f"{1 + network + 10 * is_group:03d}{metal + 1:04d}"
                        ids.append(f"{issuer}{STATES[state]}{product}{VARIANTS[variant]}")
                        # The name of the network goes by the last digit of the product, 1 or 2.
                        choices.append((state, is_group, metal, (1 + network) % len(NETWORKS), variant))
    states, groups, metals, networks, variants = (np.array(column) for column in zip(*choices, strict=True))
    return PlanCatalogue(tuple(ids), states, metals, groups, networks, variants, row_by_choice)


def _variant_weights(metal: int, is_group: bool) -> tuple[float, ...]:
    if is_group:
        return (1.0,) if metal != CATASTROPHIC else ()
    if metal == SILVER:
        return SILVER_VARIANT_WEIGHTS
    return CATASTROPHIC_VARIANT_WEIGHTS if metal == CATASTROPHIC else OTHER_VARIANT_WEIGHTS


def state_of(streams: Streams, family_key: IntArray) -> IntArray:
    """The state of a family, as a position in `STATES`."""
    return streams.choice("state", STATE_WEIGHTS, family_key)


def make_holdings(streams: Streams, catalogue: PlanCatalogue, members: Members, year: int) -> Holdings:
    """Who holds which plan when; a family holds one plan together."""
    key = members.family_key
    is_group = streams.chance("small_group", SMALL_GROUP_SHARE, key)
    oldest = _oldest_in_family(members, year)
    before = streams.latest_event("plan_switch", PLAN_SWITCH_RATE, key, members.joined_year, year - 1)
    now = streams.latest_event("plan_switch", PLAN_SWITCH_RATE, key, members.joined_year, year)
    first_plan = _choose_plan(streams, catalogue, key, before, is_group, oldest < YOUNG_BELOW_AGE)
    last_plan = _choose_plan(streams, catalogue, key, now, is_group, oldest < YOUNG_BELOW_AGE)
    change_day = day_of(np.full_like(key, year), 2 + streams.integers("switch_month", 11, key, np.full_like(key, year)))
    unchanged = first_plan == last_plan
    # A switch outside coverage leaves the one plan that was held while covered.
    last_plan = np.where(change_day > members.coverage_last, first_plan, last_plan)
    first_plan = np.where(change_day <= members.coverage_first, last_plan, first_plan)
    never = members.coverage_last + 1
    change_day = np.where(unchanged | (first_plan == last_plan), never, change_day)
    return Holdings(first_plan, last_plan, change_day, is_group)


def _choose_plan(
    streams: Streams,
    catalogue: PlanCatalogue,
    key: IntArray,
    chosen_in: IntArray,
    is_group: BoolArray,
    is_young: BoolArray,
) -> IntArray:
    state = state_of(streams, key)
    metal = np.where(
        is_group,
        streams.choice("group_metal", SMALL_GROUP_METAL_WEIGHTS, key, chosen_in),
        np.where(
            is_young,
            streams.choice("metal", YOUNG_METAL_WEIGHTS, key, chosen_in),
            streams.choice("metal", INDIVIDUAL_METAL_WEIGHTS, key, chosen_in),
        ),
    )
    # Catastrophic plans are for families without anyone of 30 or more.
    metal = np.where(~is_young & (metal == CATASTROPHIC), BRONZE, metal)
    silver = streams.choice("silver_variant", SILVER_VARIANT_WEIGHTS, key)
    other = streams.choice("variant", OTHER_VARIANT_WEIGHTS, key)
    catastrophic = streams.choice("catastrophic_variant", CATASTROPHIC_VARIANT_WEIGHTS, key)
    variant = np.where(metal == SILVER, silver, np.where(metal == CATASTROPHIC, catastrophic, other))
    variant = np.where(is_group, 0, variant)
    network = streams.integers("network", len(NETWORKS), key, chosen_in)
    return catalogue.row_by_choice[state, is_group.astype(np.int64), metal, network, variant]


def _oldest_in_family(members: Members, year: int) -> IntArray:
    """Age of the oldest member of each member's family at the start of the year."""
    age = (first_day(year) - members.birth) // 365
    oldest = np.zeros(int(members.family.max(initial=0)) + 1, dtype=np.int64)
    np.maximum.at(oldest, members.family, age)
    return oldest[members.family]
