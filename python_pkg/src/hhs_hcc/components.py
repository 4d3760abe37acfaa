"""The components of scores, kept as numbers and handed out as frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.parallel import in_threads
from hhs_hcc.population import Population
from hhs_hcc.price_list import PriceList
from hhs_hcc.pricing import Priced, decimals

# Enough for a writer to work in large pieces, few enough to be small beside the population.
_BATCH_ROWS = 1 << 18


@dataclass(frozen=True)
class Components:
    """Components of all members: ten bytes each, a sixth of what their frame takes.

    Attributes:
        population: Who was scored.
        prices: The lines that components can be.
        parts: The components, chunk by chunk.
    """

    population: Population
    prices: PriceList
    parts: Sequence[Priced]

    def __len__(self) -> int:
        """How many there are."""
        return sum(len(part.line) for part in self.parts)

    def frame(self) -> pl.DataFrame:
        """All at once.

        Columns: member_id, segment_number, model, variable, component_type, counted_in (the group or infant term
        through which an HCC counts; null if it counts itself), coefficient, contribution.
        """
        return pl.concat(self.batches())

    def batches(self) -> Iterator[pl.DataFrame]:
        """The same rows in frames of a few hundred thousand, at least one; a few are made ahead."""
        return in_threads(self._frame, self._pieces())

    def _pieces(self) -> Iterator[Priced]:
        waiting: list[Priced] = []
        for number, part in enumerate(self.parts, start=1):
            waiting.append(part)
            if number == len(self.parts) or sum(len(one.line) for one in waiting) >= _BATCH_ROWS:
                yield Priced(*(np.concatenate(column) for column in zip(*waiting, strict=True)))
                waiting = []

    def _frame(self, priced: Priced) -> pl.DataFrame:
        people = self.population
        coefficient = self.prices.coefficient(priced.line, people.segment_metal[priced.segment])
        lines = self.prices.lines[priced.line.astype(np.uint32)]
        return lines.select(
            pl.lit(people.index.numbers["member_id"].gather(people.segment_member[priced.segment])).alias("member_id"),
            pl.lit(people.segment_number[priced.segment]).alias("segment_number"),
            "model",
            "variable",
            "component_type",
            "counted_in",
            pl.lit(decimals(coefficient, 9, 3)).alias("coefficient"),
            pl.lit(decimals(priced.contribution, 14, 5)).alias("contribution"),
        )
