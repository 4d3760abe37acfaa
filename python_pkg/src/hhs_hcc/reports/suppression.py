"""Small cells: figures that few members stand behind are hidden before anything is drawn or written."""

from collections.abc import Sequence

import polars as pl

from hhs_hcc.terminal import SMALLEST_CELL, is_small

HIDDEN = "hidden"
TOO_FEW = f"fewer than {SMALLEST_CELL} members"
COMPLEMENT = "protects another cell"
_PROTECTED = "protected"


def hide_small_cells(
    frame: pl.DataFrame,
    *,
    keep: Sequence[str],
    members: str | Sequence[str] = "member_count",
    adds_up_within: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Hide rows of few members, and as many more as keep them from being worked out.

    Args:
        frame: One row per cell.
        keep: What names a cell and is always shown. Every other column of a hidden row becomes null.
        members: The column, or columns, that count the members behind a row. A row is hidden if any of them is 1 to
            10; a row of nobody (0 or null) tells of nobody and stays.
        adds_up_within: Columns within whose values the rows add up to a total that readers may know ([]: the whole
            frame). A single hidden cell is that total less the others, so the smallest shown ones are hidden with it
            until two cells and 11 members are. None: rows overlap, or nobody knows a total.

    Returns:
        The frame in its order, with one more column, `hidden`: null, or why the row is.
    """
    counts = [members] if isinstance(members, str) else list(members)
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, values in enumerate(frame.select(adds_up_within or []).iter_rows() if adds_up_within else ()):
        groups.setdefault(values, []).append(row)
    if adds_up_within is not None and not adds_up_within:
        groups[()] = list(range(frame.height))
    by_count = {count: [int(members or 0) for members in frame[count]] for count in counts}
    reasons: list[str | None] = [
        TOO_FEW if any(is_small(by_count[count][row]) for count in counts) else None for row in range(frame.height)
    ]
    for rows in groups.values():
        for count in counts:
            for row in _complements(rows, by_count[count], reasons):
                reasons[row] = COMPLEMENT
    marked = frame.with_columns(pl.Series(HIDDEN, reasons, dtype=pl.String))
    return marked.with_columns(
        pl.when(pl.col(HIDDEN).is_null()).then(pl.col(name)).alias(name) for name in frame.columns if name not in keep
    )


def _complements(rows: list[int], counts: list[int], reasons: list[str | None]) -> list[int]:
    """The rows to hide beside those hidden already: the smallest, and no more than are needed."""
    hidden = [row for row in rows if reasons[row] and counts[row]]
    if not hidden:
        return []
    shown = sorted((row for row in rows if not reasons[row] and counts[row]), key=lambda row: counts[row])
    extra: list[int] = []
    for row in shown:
        together = hidden + extra
        if len(together) > 1 and sum(counts[one] for one in together) >= SMALLEST_CELL:
            break
        extra.append(row)
    return extra


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
