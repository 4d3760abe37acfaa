"""Affiliated cost factors: drugs that are neither an HCC nor an RXC, such as HIV pre-exposure prophylaxis.

Source: CMS rules of the model years that have them (`cms_acf_code`, `cms_acf_rule`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hhs_hcc.flags import FlagMatrix

IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True)
class CostFactor:
    """One factor.

    Attributes:
        variable: Name in CMS spelling.
        age_min: Youngest AGE_LAST, inclusive; None is no limit.
        age_max: Oldest AGE_LAST, inclusive; None is no limit.
        blocked_by: HCC or RXC that already pays for the drug; None if nothing does.
    """

    variable: str
    age_min: int | None
    age_max: int | None
    blocked_by: str | None


def apply_cost_factors(
    dispensed: FlagMatrix, payment_flags: FlagMatrix, factors: Sequence[CostFactor], age_last: IntArray
) -> FlagMatrix:
    """Switch on the factors that a member's drugs, age, HCCs and RXCs allow.

    Args:
        dispensed: One row per factor: is one of its codes among the member's drugs?
        payment_flags: HCCs and RXCs after both hierarchies.
        factors: The rules of the sub-model.
        age_last: AGE_LAST in whole years, per member.

    Returns:
        One row per factor.

    Raises:
        UnknownVariableError: If a factor is blocked by a flag that has no row.
    """
    on = FlagMatrix.empty([factor.variable for factor in factors], dispensed.members)
    for factor in factors:
        row = dispensed[factor.variable].copy()
        if factor.age_min is not None:
            row &= age_last >= factor.age_min
        if factor.age_max is not None:
            row &= age_last <= factor.age_max
        if factor.blocked_by is not None:
            row &= ~payment_flags[factor.blocked_by]
        on[factor.variable] = row
    return on
