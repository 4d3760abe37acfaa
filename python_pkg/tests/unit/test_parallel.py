"""Work in threads comes back in order, and an error of a piece comes back too."""

import threading
import time

import polars as pl
import pytest

from hhs_hcc.parallel import in_threads


def test_results_come_in_the_order_of_the_pieces() -> None:
    def late_if_early(piece: int) -> int:
        time.sleep(0.02 if piece == 0 else 0)
        return piece * piece

    assert list(in_threads(late_if_early, range(20))) == [piece * piece for piece in range(20)]


def test_no_pieces_no_results() -> None:
    assert list(in_threads(lambda piece: piece, [])) == []


def test_few_pieces_are_taken_ahead_of_their_results() -> None:
    taken = 0

    def pieces():
        nonlocal taken
        for piece in range(100):
            taken += 1
            yield piece

    results = in_threads(lambda piece: piece, pieces())
    assert next(results) == 0
    assert taken <= pl.thread_pool_size() + 1
    assert list(results) == list(range(1, 100))


def test_the_error_of_a_piece_is_raised() -> None:
    def fails(piece: int) -> int:
        if piece == 3:
            raise RuntimeError("three")
        return piece

    with pytest.raises(RuntimeError, match="three"):
        list(in_threads(fails, range(10)))


def test_work_is_done_outside_the_calling_thread() -> None:
    names = set(in_threads(lambda _: threading.current_thread().name, range(4)))
    assert threading.current_thread().name not in names
