"""Small cells of figures that share their totals with other figures of the page, and the order of hidden rows."""

from collections.abc import Sequence

import polars as pl

from hhs_hcc.reports.suppression import COMPLEMENT, HIDDEN, TOO_FEW, hide_small_cells
from hhs_hcc.terminal import is_small

_PROTECTED = "protected"


def hide_within(
    frame: pl.DataFrame,
    *,
    keep: Sequence[str],
    totals: Sequence[Sequence[str]],
    members: str | Sequence[str] = "member_count",
    protected: pl.Series | None = None,
) -> pl.DataFrame:
    """Hide small cells that add up in several ways: plans to their metal level, and also to their state.

    Args:
        frame: One row per cell.
        keep: What names a cell and is always shown.
        totals: Ways in which the rows add up to known totals, each as in `hide_small_cells`; none if nobody knows any.
            What is hidden for the sake of one total is looked at again under the others, until each group has enough
            hidden or none.
        members: The column, or columns, that count the members behind a row.
        protected: True for rows to hide in any case, because another figure hides what they add up to.

    Returns:
        As `hide_small_cells`.
    """
    counts = [members] if isinstance(members, str) else list(members)
    hidden = pl.repeat(value=False, n=frame.height, eager=True) if protected is None else protected
    ways: Sequence[Sequence[str] | None] = totals or [None]
    settled = False
    while not settled:
        settled = True
        for total in ways:
            # A row that is hidden already counts as small: `hide_small_cells` then finds it partners.
            known = frame.with_columns(pl.when(hidden).then(1).alias(_PROTECTED))
            marked = hide_small_cells(known, keep=keep, members=[*counts, _PROTECTED], adds_up_within=total)
            found = marked[HIDDEN].is_not_null()
            settled = settled and bool((found == hidden).all())
            hidden = found
    few = pl.Series([any(map(is_small, cell)) for cell in frame.select(counts).iter_rows()], dtype=pl.Boolean)
    return frame.with_columns(
        *(pl.when(~hidden).then(pl.col(name)).alias(name) for name in frame.columns if name not in keep),
        pl.when(hidden & few).then(pl.lit(TOO_FEW)).when(hidden).then(pl.lit(COMPLEMENT)).alias(HIDDEN),
    )


def hidden_last(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Hidden rows below the others, by name: among rows ordered by size their place would tell their size."""
    hidden = pl.col(HIDDEN).is_not_null()
    return pl.concat([frame.filter(~hidden), frame.filter(hidden).sort(*names)])


def hidden_names(frame: pl.DataFrame, name: str) -> list[str]:
    """What a figure hides, by name."""
    return frame.filter(pl.col(HIDDEN).is_not_null())[name].to_list()
