"""Small cells: figures that few members stand behind are hidden before anything is drawn or written."""

from collections.abc import Sequence

import polars as pl

from hhs_hcc.terminal import SMALLEST_CELL, is_small

HIDDEN = "hidden"
TOO_FEW = f"fewer than {SMALLEST_CELL} members"
COMPLEMENT = "protects another cell"


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
