"""Infants: one term for maturity at birth and severity, one for boys.

Source: CMS "Do It Yourself" software, Table 8, by model year.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hhs_hcc.flags import FlagMatrix

IntArray = npt.NDArray[np.integer]

# The tables spell the two halves of an infant interaction as pseudo-HCCs with this prefix.
PREFIX = "IHCC_"
SEVERITY = f"{PREFIX}SEVERITY"
# Maturity of an infant of age 1, and of one without a newborn HCC; it has no HCCs of its own.
AGE1 = f"{PREFIX}AGE1"
DEFAULT_SEVERITY = 1
AGE0_MALE, AGE1_MALE = "AGE0_MALE", "AGE1_MALE"


def maturity_and_severity(
    hccs: FlagMatrix,
    age_last: IntArray,
    maturity: Sequence[tuple[str, Sequence[str]]],
    severity: Mapping[int, Sequence[str]],
) -> FlagMatrix:
    """Find the one maturity and the one severity level of each infant.

    Args:
        hccs: HCCs after hierarchies.
        age_last: 0 or 1, per member.
        maturity: `(category, HCCs)` in order of rank: the first that applies wins.
        severity: Level to its HCCs; the highest that applies wins.

    Returns:
        One row per category (`IHCC_TERM`, ..., `IHCC_AGE1`) and level (`IHCC_SEVERITY1`, ...); per member exactly one
        of each kind is on.
    """
    categories = [f"{PREFIX}{category}" for category, _ in maturity]
    levels = sorted({DEFAULT_SEVERITY, *severity}, reverse=True)
    on = FlagMatrix.empty([*categories, AGE1, *(f"{SEVERITY}{level}" for level in levels)], hccs.members)

    undecided = age_last == 0
    for name, (_, category_hccs) in zip(categories, maturity, strict=True):
        on[name] = undecided & hccs.any(category_hccs)
        undecided &= ~on[name]
    on[AGE1] = undecided | (age_last != 0)

    unranked = np.ones(hccs.members, dtype=np.bool_)
    for level in levels:
        found = hccs.any(severity.get(level, ()))
        on[f"{SEVERITY}{level}"] = unranked if level == DEFAULT_SEVERITY else unranked & found
        unranked = unranked & ~found
    return on


def reassign_male_infants(age_sex: FlagMatrix, infants: FlagMatrix) -> FlagMatrix:
    """Give a boy of age 0 without a newborn HCC the term of age 1 (the last rule of Table 8).

    The published tables say so; CMS's software does not do it.
    """
    reassigned = age_sex.copy()
    without_newborn_hcc = age_sex[AGE0_MALE] & infants[AGE1]
    reassigned[AGE0_MALE] &= ~without_newborn_hcc
    reassigned[AGE1_MALE] |= without_newborn_hcc
    return reassigned
