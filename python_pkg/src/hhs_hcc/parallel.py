"""Independent pieces of work on all cores: NumPy and Polars release the interpreter lock in the loops that matter."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import polars as pl

Work = TypeVar("Work")
Result = TypeVar("Result")


def in_threads(function: Callable[[Work], Result], pieces: Iterable[Work]) -> Iterator[Result]:
    """Like `map`, in order. Pieces are taken as threads become free, so that few are in memory at a time."""
    workers = pl.thread_pool_size()
    with ThreadPoolExecutor(workers) as pool:
        under_way: deque[Future[Result]] = deque()
        for piece in pieces:
            under_way.append(pool.submit(function, piece))
            if len(under_way) > workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
