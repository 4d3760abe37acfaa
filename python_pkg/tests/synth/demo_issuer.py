"""A small demo issuer before dirt, its files after, and the CMS tables beside."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.synth.benefits import make_plans
from hhs_hcc.synth.families import Members, make_families, make_members
from hhs_hcc.synth.generate import CleanBlock, Codes, make_block
from hhs_hcc.synth.plans import make_catalogue
from hhs_hcc.synth.providers import make_providers
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import Streams

REPOSITORY = Path(__file__).resolve().parents[3]
CMS_TABLES = REPOSITORY / "seeds" / "cms"
YEAR = 2025
YEARS = (YEAR - 1, YEAR)
SEED = 11
DIRTY_MEMBERS = 5000
DELIVERIES = 4
MANY_CHANGES = 0.4


@dataclass(frozen=True)
class Issuer:
    """The people of a demo issuer and their files before dirt."""

    members: Members
    clean: CleanBlock


@dataclass(frozen=True)
class Delivered:
    """One delivery before dirt, and how many rows or claims it says have changed."""

    schedule: Schedule
    clean: CleanBlock
    plans: pl.DataFrame
    providers: pl.DataFrame
    changes: dict[str, int]

    @property
    def lines(self) -> pl.DataFrame:
        """Claim lines delivered for the first time."""
        return self.clean.medical.vstack(self.clean.fills)


def make_issuer(year: int, families: int = 2500) -> Issuer:
    members = make_some_members(year, families)
    return Issuer(members, make_delivery(Schedule.once(year), members).clean)


def make_some_members(year: int, families: int) -> Members:
    streams = Streams(SEED)
    return make_members(streams, make_families(streams, np.arange(families), year), year)


@cache
def codes_of(year: int) -> Codes:
    return Codes.read(CMS_TABLES, year)


def make_delivery(schedule: Schedule, members: Members) -> Delivered:
    streams, catalogue = Streams(SEED), make_catalogue()
    clean = make_block(streams, catalogue, codes_of(schedule.year), members, schedule)
    plans, repriced = make_plans(streams, catalogue, schedule)
    providers, changed_providers = make_providers(streams, schedule)
    changes = clean.changes + repriced + changed_providers
    return Delivered(schedule, clean, plans, providers, dict(changes))


def make_series(members: Members, changes: float) -> list[Delivered]:
    schedules = [Schedule.series(YEAR, number, DELIVERIES, changes) for number in range(1, DELIVERIES + 1)]
    return [make_delivery(schedule, members) for schedule in schedules]


def read_csv(folder: Path, table: str) -> pl.DataFrame:
    """A raw file as text, with quoted empty cells told apart from missing ones."""
    return pl.read_csv(sorted(folder.glob(f"{table}*.csv")), infer_schema=False)


def cms(table: str, year: int | None = YEAR) -> pl.DataFrame:
    frame = pl.read_csv(CMS_TABLES / f"cms_{table}.csv", infer_schema=False)
    return frame if year is None else frame.filter(pl.col("model_year") == str(year))
