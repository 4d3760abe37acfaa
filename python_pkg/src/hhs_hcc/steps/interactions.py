"""Interactions: variables that depend on several flags, on the number of payment HCCs, or on enrollment duration.

Source: CMS "Do It Yourself" software, Tables 6-8, by model year.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hhs_hcc.flags import BoolArray, FlagMatrix

IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Interaction:
    """One row of logic: every clause needs one of its terms, and every number lies within its limits.

    Attributes:
        variable: Name in CMS spelling.
        clauses: Each a tuple of flags, of which at least one must be on.
        hcc_count_min: Lowest HCC_CNT, inclusive; None is no limit.
        hcc_count_max: Highest HCC_CNT, inclusive; None is no limit.
        enrollment_months_min: Lowest ENROLDURATION, inclusive; None is no limit.
        enrollment_months_max: Highest ENROLDURATION, inclusive; None is no limit.
    """

    variable: str
    clauses: tuple[tuple[str, ...], ...]
    hcc_count_min: int | None = None
    hcc_count_max: int | None = None
    enrollment_months_min: int | None = None
    enrollment_months_max: int | None = None


def apply_interactions(
    flags: FlagMatrix, interactions: Sequence[Interaction], hcc_count: IntArray, enrollment_months: IntArray
) -> FlagMatrix:
    """Evaluate every interaction of a sub-model.

    Args:
        flags: HCCs after hierarchy and before grouping, groups, and RXCs: the one set that all terms look at.
        interactions: The rules of the model year and sub-model.
        hcc_count: HCC_CNT per member.
        enrollment_months: ENROLDURATION per member, 1-12.

    Returns:
        One row per interaction, for the same members.

    Raises:
        UnknownVariableError: If a term has no row in `flags`.
    """
    on = FlagMatrix.empty([interaction.variable for interaction in interactions], flags.members)
    # The severe and transplant lists repeat for every count of HCCs: each distinct clause is evaluated once.
    clause_rows: dict[tuple[str, ...], BoolArray] = {}
    for interaction in interactions:
        row = np.ones(flags.members, dtype=np.bool_)
        for clause in interaction.clauses:
            if clause not in clause_rows:
                clause_rows[clause] = flags.any(clause)
            row &= clause_rows[clause]
        _limit(row, hcc_count, interaction.hcc_count_min, interaction.hcc_count_max)
        _limit(row, enrollment_months, interaction.enrollment_months_min, interaction.enrollment_months_max)
        on[interaction.variable] = row
    return on


def _limit(row: BoolArray, values: IntArray, lowest: int | None, highest: int | None) -> None:
    if lowest is not None:
        row &= values >= lowest
    if highest is not None:
        row &= values <= highest
