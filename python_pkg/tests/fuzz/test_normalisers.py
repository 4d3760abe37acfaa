"""Code and date reading: twice is as good as once, and SQL and Python read every text alike."""

import re

import polars as pl
import pytest
from fuzz.feeds import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from hhs_hcc import normalise
from hhs_hcc.readers import _to_date

NORMALISERS = {name: getattr(normalise, name) for name in ("normalise_icd10", "normalise_hcpcs", "normalise_ndc")}
# Letters that become others, or several, in upper case.
LETTERS = "aeEjJzZ\u00df\u0131\u0149\u017f\u01f0\ufb01\ufb06\u1e9e"
CODES = st.lists(
    st.one_of(
        st.text("0123456789" * 3 + LETTERS + "-. \t\x0b\x1c\x85\xa0\u2003\u200b\x00", max_size=14), st.text(max_size=14)
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("name", NORMALISERS)
@settings(max_examples=EXAMPLES)
@given(CODES)
def test_a_normalised_code_stays_as_it_is_and_has_nothing_but_letters_and_digits(name: str, codes: list[str]) -> None:
    once = pl.DataFrame({"code": codes}, schema={"code": pl.String}).select(NORMALISERS[name](pl.col("code")))
    twice = once.select(NORMALISERS[name](pl.col("code" if "code" in once.columns else once.columns[0])))
    assert once.to_series().equals(twice.to_series())
    for code in once.to_series().drop_nulls():
        assert re.fullmatch(r"[0-9A-Z]+", code)
        assert name != "normalise_ndc" or len(code) == normalise.NDC_LENGTH


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-01", "2025-03-01"),
        ("20250301", "2025-03-01"),
        ("2025-03-01 00:00:00", "2025-03-01"),
        ("2025-03-01T12:00:00Z", "2025-03-01"),
        ("1900-01-01", "1900-01-01"),
        ("1899-12-31", None),
        ("0025-03-01", None),
        ("-2025-03-01", None),
        ("+2025-03-01", None),
        ("2025-3-1", None),
        ("2025/03/01", None),
        ("2025-03-010", None),
        ("2025-02-30", None),
        ("infinity", None),
    ],
)
def test_a_date_is_what_the_input_contract_says_and_nothing_else(text: str, day: str | None) -> None:
    read = pl.DataFrame({"day": [text]}).select(_to_date("day").cast(pl.String))
    assert read.item() == day
