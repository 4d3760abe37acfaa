"""Age and sex.

Source: CMS "Do It Yourself" software, Table 5 (bands) and Table 8 (male infants), by model year.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hhs_hcc.flags import FlagMatrix

IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True)
class AgeSexBand:
    """One demographic variable.

    Attributes:
        variable: Name in CMS spelling.
        is_male: Sex of the band.
        age_min: Youngest AGE_LAST, inclusive.
        age_max: Oldest AGE_LAST, inclusive; None is open.
    """

    variable: str
    is_male: bool
    age_min: int
    age_max: int | None


def apply_age_sex(bands: Sequence[AgeSexBand], age_last: IntArray, is_male: npt.NDArray[np.bool_]) -> FlagMatrix:
    """Switch on the band of each member.

    Args:
        bands: The bands of the sub-model.
        age_last: AGE_LAST in whole years, per member.
        is_male: Sex per member.

    Returns:
        One row per band. Girls of the infant model have none.
    """
    on = FlagMatrix.empty([band.variable for band in bands], len(age_last))
    for band in bands:
        row = (is_male == band.is_male) & (age_last >= band.age_min)
        if band.age_max is not None:
            row &= age_last <= band.age_max
        on[band.variable] = row
    return on
