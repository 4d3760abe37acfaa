"""Tables for reading, made by great-tables: right-aligned figures, and a word where a cell is hidden."""

import polars as pl
from great_tables import GT

from hhs_hcc.reports.figure import Column, Kind
from hhs_hcc.reports.suppression import COMPLEMENT, HIDDEN, TOO_FEW
from hhs_hcc.terminal import SMALLEST_CELL

_DECIMALS = {Kind.SCORE: 3, Kind.CHANGE: 3, Kind.MONTHS: 0}
_SHOWN_AS = {TOO_FEW: f"< {SMALLEST_CELL}", COMPLEMENT: "hidden"}


def to_html(frame: pl.DataFrame, columns: list[Column], name: str) -> str:
    """A frame as a `<table>`.

    Args:
        frame: Its columns beyond `columns` are left out; `hidden` says which rows are.
        columns: What is shown, and how.
        name: Makes the ids of its headings unique on the page.
    """
    shown = frame.select(
        # Decimals of the database have more digits than a float; the three that are shown are safe.
        pl.col(column.name).cast(pl.Float64) if frame.schema[column.name].is_decimal() else pl.col(column.name)
        for column in columns
    )
    table = GT(shown, id=f"table-{name}").cols_label({column.name: column.heading for column in columns})
    for column in columns:
        table = _formatted(table, column)
    reasons = frame[HIDDEN].to_list() if HIDDEN in frame.columns else [None] * frame.height
    for reason, word in _SHOWN_AS.items():
        rows = [row for row, found in enumerate(reasons) if found == reason]
        if rows:
            table = table.sub_missing(rows=rows, missing_text=word)
    table = table.sub_missing(rows=[row for row, found in enumerate(reasons) if not found], missing_text="-")
    html = table.as_raw_html()
    # The page has one style sheet for all tables, in colours that follow the reader's scheme.
    return html[html.index("<table") : html.index("</table>") + len("</table>")]


def _formatted(table: GT, column: Column) -> GT:
    name, kind = column.name, column.kind
    if kind == Kind.COUNT:
        table = table.fmt_integer(name)
    elif kind in _DECIMALS:
        table = table.fmt_number(name, decimals=_DECIMALS[kind], force_sign=kind == Kind.CHANGE)
    elif kind == Kind.SHARE:
        table = table.fmt_percent(name, decimals=1)
    elif kind == Kind.DOLLARS:
        table = table.fmt_currency(name, currency="USD", use_subunits=False)
    elif kind == Kind.DATE:
        table = table.fmt_date(name, date_style="iso")
    is_text = kind in (Kind.TEXT, Kind.DATE)
    return table.cols_align("left" if is_text else "right", name)
