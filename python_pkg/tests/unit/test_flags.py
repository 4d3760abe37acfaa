"""The flag matrix: named rows, one column per member."""

import numpy as np
import pytest
from invented import flags

from hhs_hcc.errors import UnknownVariableError


def test_a_row_is_found_by_its_name() -> None:
    matrix = flags("X", "Y", A=["X"], B=["X", "Y"])
    assert matrix["X"].tolist() == [True, True]
    assert matrix["Y"].tolist() == [False, True]
    assert matrix.members == 2
    assert "X" in matrix
    assert "Z" not in matrix


def test_an_unknown_name_is_an_error_that_says_where_to_look() -> None:
    with pytest.raises(UnknownVariableError, match=r"names Z, .*seeds/cms/README\.md"):
        flags("X", A=[])["Z"]


def test_a_copy_is_independent() -> None:
    matrix = flags("X", A=["X"])
    copy = matrix.copy()
    copy["X"] = np.array([False])
    assert matrix["X"].tolist() == [True]
    assert copy != matrix


def test_a_selection_is_in_the_order_asked_for_and_independent() -> None:
    matrix = flags("X", "Y", "Z", A=["X"])
    chosen = matrix.select(["Z", "X"])
    assert chosen == flags("Z", "X", A=["X"])
    chosen["X"] = np.array([False])
    assert matrix["X"].tolist() == [True]


def test_stacking_keeps_names_with_their_rows() -> None:
    assert flags("X", A=["X"], B=[]).stack(flags("Y", A=[], B=["Y"]), flags("Z", A=[], B=[])) == flags(
        "X", "Y", "Z", A=["X"], B=["Y"]
    )


def test_any_is_per_member_and_false_for_no_names() -> None:
    matrix = flags("X", "Y", A=["X"], B=["Y"], C=[])
    assert matrix.any(["X", "Y"]).tolist() == [True, True, False]
    assert matrix.any([]).tolist() == [False, False, False]


def test_equal_matrices_have_the_same_names_in_the_same_order() -> None:
    assert flags("X", "Y", A=[]) == flags("X", "Y", A=[])
    assert flags("X", "Y", A=[]) != flags("Y", "X", A=[])
    assert flags("X", A=[]) != "X"
