from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhs_hcc.reports.suppression import COMPLEMENT, HIDDEN, TOO_FEW, hide_small_cells
from hhs_hcc.terminal import SMALLEST_CELL

cells = st.lists(
    st.tuples(st.sampled_from("xy"), st.integers(0, 40), st.integers(0, 40)), max_size=12
)  # total a cell belongs to, members in run a, in run b


def frame(rows: list[tuple[str, int, int]]) -> pl.DataFrame:
    columns = {"total": pl.String, "count_a": pl.Int64, "count_b": pl.Int64}
    numbered = pl.DataFrame(rows, schema=columns, orient="row").with_row_index("cell")
    return numbered.with_columns(mean=pl.col("count_a") / 7)


def test_a_cell_of_one_to_ten_members_shows_nothing_but_its_name() -> None:
    hidden = hide_small_cells(
        pl.DataFrame({"metal": ["a", "b"], "member_count": [10, 11], "mean": [1.5, 1.6]}), keep=["metal"]
    )
    assert hidden.rows() == [("a", None, None, TOO_FEW), ("b", 11, 1.6, None)]


def test_a_cell_of_nobody_is_no_secret() -> None:
    empty = pl.DataFrame({"metal": ["a", "b"], "member_count": [0, None], "mean": [None, None]})
    assert hide_small_cells(empty, keep=["metal"], adds_up_within=[])[HIDDEN].to_list() == [None, None]


def test_a_single_hidden_cell_takes_the_smallest_other_of_its_total_with_it() -> None:
    counts = pl.DataFrame({"metal": ["a", "b", "c"], "member_count": [3, 50, 20]})
    assert hide_small_cells(counts, keep=["metal"], adds_up_within=[])[HIDDEN].to_list() == [TOO_FEW, None, COMPLEMENT]


def test_two_hidden_cells_that_are_few_together_take_a_third_with_them() -> None:
    counts = pl.DataFrame({"metal": ["a", "b", "c", "d"], "member_count": [3, 4, 50, 20]})
    reasons = hide_small_cells(counts, keep=["metal"], adds_up_within=[])[HIDDEN].to_list()
    assert reasons == [TOO_FEW, TOO_FEW, None, COMPLEMENT]


def test_cells_without_a_known_total_protect_nobody() -> None:
    counts = pl.DataFrame({"hcc": ["a", "b"], "member_count": [3, 50]})
    assert hide_small_cells(counts, keep=["hcc"])[HIDDEN].to_list() == [TOO_FEW, None]


@given(cells)
def test_no_small_count_stays_and_no_order_changes(rows: list[tuple[str, int, int]]) -> None:
    before = frame(rows)
    after = hide_small_cells(before, keep=["cell", "total"], members=["count_a", "count_b"], adds_up_within=["total"])
    assert after["cell"].to_list() == before["cell"].to_list()
    for (_, _, a, b, mean, hidden), (_, _, old_a, old_b, old_mean) in zip(after.rows(), before.rows(), strict=True):
        assert (a, b, mean) == ((None, None, None) if hidden else (old_a, old_b, old_mean))
        if any(1 <= count < SMALLEST_CELL for count in (old_a, old_b)):
            assert hidden


@given(cells)
def test_what_is_hidden_under_a_total_are_two_cells_and_eleven_members_or_all_there_is(
    rows: list[tuple[str, int, int]],
) -> None:
    before = frame(rows)
    after = hide_small_cells(before, keep=["cell", "total"], members=["count_a", "count_b"], adds_up_within=["total"])
    for count in ("count_a", "count_b"):
        hidden, shown = defaultdict(list), defaultdict(list)
        for total, members, reason in zip(before["total"], before[count], after[HIDDEN], strict=True):
            if members:
                (hidden if reason else shown)[total].append(members)
        for total, members in hidden.items():
            assert not shown[total] or (len(members) > 1 and sum(members) >= SMALLEST_CELL)


@pytest.mark.parametrize("rows", [[], [("x", 5, 0)]])
def test_no_rows_and_a_lone_small_cell_are_no_trouble(rows: list[tuple[str, int, int]]) -> None:
    after = hide_small_cells(frame(rows), keep=["cell", "total"], members="count_a", adds_up_within=[])
    assert after[HIDDEN].to_list() == [TOO_FEW] * len(rows)
