"""Progress of long commands: a bar where a person looks on, and not a byte anywhere else."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

Tell = Callable[[str, int, int], None]
"""Told what is being done, the number of steps begun and the number of all."""

_BAR_WIDTH = 12


def tell_nobody(what: str, begun: int, total: int) -> None:
    """Progress that nobody has asked for."""


@contextmanager
def progress(name: str = "", *, as_json: bool = False) -> Iterator[Tell]:
    """A bar on standard error, gone at the end; the time that it shows is that of the step.

    Args:
        name: What the steps belong to, said before each of them.
        as_json: Whether a program reads the outcome: then nothing is shown.
    """
    description = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=description),
        TextColumn("{task.fields[place]}", justify="right"),
        BarColumn(_BAR_WIDTH),
        TimeElapsedColumn(),
    )
    bar = Progress(
        *columns, console=Console(stderr=True), transient=True, expand=True, disable=as_json or not is_watched()
    )
    prefix = f"{name}: " if name else ""
    with bar:
        task = bar.add_task(name, total=None, place="")
        doing, begun_before = "", 0

        def tell(what: str, begun: int, total: int) -> None:
            nonlocal doing, begun_before
            if what != doing:
                doing, begun_before = what, 0
                bar.reset(task)
            # Of a single step nobody knows how far it is: its bar runs to and fro.
            known = total if total > 1 else None
            place = f"{begun:,} of {total:,}" if known else ""
            bar.update(task, description=prefix + what, completed=begun_before, total=known, place=place)
            begun_before = begun

        yield tell


def is_watched() -> bool:
    """Whether both outputs are a terminal that can move its cursor: a bar would spoil a pager, a file or a log."""
    return sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM") not in (None, "dumb", "unknown")
