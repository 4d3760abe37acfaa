"""Groups: related HCCs share one coefficient and count once.

Source: CMS "Do It Yourself" software, Table 6 (adult) and Table 7 (child), by model year; infants have none.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hhs_hcc.flags import FlagMatrix


def apply_groups(hccs: FlagMatrix, groups: Mapping[str, Sequence[str]]) -> tuple[FlagMatrix, FlagMatrix]:
    """Move members of a group from their HCC to the group.

    Args:
        hccs: HCCs after hierarchies; shape (HCCs, members).
        groups: Group variable to its HCCs.

    Returns:
        The HCCs that stand for themselves (same shape as `hccs`, grouped ones off), and the groups
        (shape (groups, members)).

    Raises:
        UnknownVariableError: If a group names an HCC that has no row.
    """
    ungrouped = hccs.copy()
    on = FlagMatrix.empty(tuple(groups), hccs.members)
    for group, members_of_group in groups.items():
        on[group] = hccs.any(members_of_group)
        for hcc in members_of_group:
            ungrouped.rows[ungrouped.position(hcc)] = False
    return ungrouped, on


def count_payment_hccs(
    ungrouped: FlagMatrix, groups: FlagMatrix, left_out: Iterable[str]
) -> npt.NDArray[np.unsignedinteger]:
    """HCC_CNT: the payment HCCs of each member, a group counting once.

    Args:
        ungrouped: HCCs that stand for themselves.
        groups: Groups that are on, for the same members.
        left_out: HCCs that CMS leaves out of the count.

    Returns:
        One count per member. Unit: HCCs.
    """
    # At most 141 HCCs and 21 groups: a count fits in one byte.
    count: npt.NDArray[np.unsignedinteger] = np.add.reduce(ungrouped.rows, axis=0, dtype=np.uint8)
    count += np.add.reduce(groups.rows, axis=0, dtype=np.uint8)
    for hcc in left_out:
        if hcc in ungrouped:
            count -= ungrouped[hcc]
    return count
