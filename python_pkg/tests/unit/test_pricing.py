"""Exact sums: day-weighted parts add up to the rounded whole, and no rounding is lost or done twice."""

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhs_hcc.pricing import _round_half_up, _share_by_days, decimals

amounts = st.integers(-20_000_000, 30_000_000)
days = st.integers(1, 366)


@given(st.lists(st.tuples(days, st.lists(amounts, min_size=1, max_size=8)), min_size=1, max_size=6))
def test_the_parts_of_each_member_add_up_to_the_rounded_whole(members: list[tuple[int, list[int]]]) -> None:
    weighted = np.array([amount for _, parts in members for amount in parts], dtype=np.int64)
    column = np.repeat(np.arange(len(members)), [len(parts) for _, parts in members])
    member_days = np.array([number for number, _ in members], dtype=np.int64)

    shares = _share_by_days(weighted, column, member_days)

    for number, (day_count, parts) in enumerate(members):
        exact = Fraction(sum(parts), day_count)
        own = shares[column == number]
        whole = int((exact + Fraction(1, 2)).__floor__())
        assert own.sum() == whole
        for share, part in zip(own, parts, strict=True):
            assert abs(share - Fraction(part, day_count)) < 1


@given(st.integers(-(10**12), 10**12), st.integers(1, 100_000))
def test_an_exact_half_goes_up(amount: int, divisor: int) -> None:
    rounded = int(_round_half_up(np.array([amount], dtype=np.int64), divisor)[0])
    assert rounded == (Fraction(amount, divisor) + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize(
    ("units", "thousandths"), [(149, 1), (150, 2), (249, 2), (250, 3), (0, 0), (-50, 0), (-51, -1)]
)
def test_thousandths_of_a_score(units: int, thousandths: int) -> None:
    assert _round_half_up(np.array([units]), 100)[0] == thousandths
    check = (Decimal(units) / 100 + Decimal("0.5")).quantize(Decimal(1), ROUND_FLOOR)
    assert thousandths == check


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=5))
def test_integers_becomedecimals_without_a_detour(units: list[int]) -> None:
    found = decimals(np.array(units, dtype=np.int64), 14, 5).to_list()
    assert found == [Decimal(number).scaleb(-5) for number in units]
