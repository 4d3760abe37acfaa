"""A small demo issuer before dirt, its files after, and the CMS tables beside."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.synth.families import Members, make_families, make_members
from hhs_hcc.synth.generate import CleanBlock, Codes, make_block
from hhs_hcc.synth.plans import make_catalogue
from hhs_hcc.synth.streams import Streams

REPOSITORY = Path(__file__).resolve().parents[3]
CMS_TABLES = REPOSITORY / "seeds" / "cms"
YEAR = 2025
SEED = 11
DIRTY_MEMBERS = 5000


@dataclass(frozen=True)
class Issuer:
    """The people of a demo issuer and their files before dirt."""

    members: Members
    clean: CleanBlock


def make_issuer(year: int, families: int = 2500) -> Issuer:
    streams, catalogue = Streams(SEED), make_catalogue()
    members = make_members(streams, make_families(streams, np.arange(families), year), year)
    return Issuer(members, make_block(streams, catalogue, Codes.read(CMS_TABLES, year), members, year))


def read_csv(folder: Path, table: str) -> pl.DataFrame:
    """A raw file as text, with quoted empty cells told apart from missing ones."""
    return pl.read_csv(sorted(folder.glob(f"{table}*.csv")), infer_schema=False)


def cms(table: str, year: int | None = YEAR) -> pl.DataFrame:
    frame = pl.read_csv(CMS_TABLES / f"cms_{table}.csv", infer_schema=False)
    return frame if year is None else frame.filter(pl.col("model_year") == str(year))
