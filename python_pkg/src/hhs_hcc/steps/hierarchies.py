"""Hierarchies: the more severe condition of a family replaces the milder ones.

Source: CMS "Do It Yourself" software, Table 4 (HCCs) and Table 11 (RXCs), by model year.
"""

from collections.abc import Iterable

from hhs_hcc.flags import FlagMatrix


def apply_hierarchies(found: FlagMatrix, pairs: Iterable[tuple[str, str]]) -> FlagMatrix:
    """Switch off every HCC (or RXC) that another one of the same member replaces.

    Args:
        found: HCCs before hierarchies; one boolean row per HCC, one column per member.
        pairs: `(hcc, dropped_hcc)` of the model year, in CMS spelling.

    Returns:
        A matrix of the same shape. No units: presence only.

    Raises:
        UnknownVariableError: If a pair names an HCC that has no row.

    Each pair looks at `found`, not at what earlier pairs left, so their order cannot matter.
    """
    kept = found.copy()
    for hcc, dropped_hcc in pairs:
        kept[dropped_hcc] &= ~found[hcc]
    return kept
