"""Spellings of feeds and the one spelling of the CMS tables."""

import polars as pl
import pytest
from invented import MODEL_YEARS, tables_of

from hhs_hcc.normalise import normalise_hcpcs, normalise_icd10, normalise_ndc


def normalised(normalise, code: str | None) -> str | None:
    return pl.select(normalise(pl.lit(code, dtype=pl.String))).item()


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("E1122", "E1122"),
        ("E11.22", "E1122"),
        (" e11.22 ", "E1122"),
        ("E11 22", "E1122"),
        ("E11-22", "E1122"),
        ("S06.1X3A", "S061X3A"),
        ("", None),
        (" . ", None),
        (None, None),
    ],
)
def test_diagnoses_lose_dots_blanks_and_case(given: str | None, plain: str | None) -> None:
    assert normalised(normalise_icd10, given) == plain


@pytest.mark.parametrize(("given", "plain"), [(" j0129", "J0129"), ("J0129 ", "J0129"), ("", None), (None, None)])
def test_services_lose_blanks_and_case(given: str | None, plain: str | None) -> None:
    assert normalised(normalise_hcpcs, given) == plain


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("00002144201", "00002144201"),
        ("00002-1442-01", "00002144201"),  # 5-4-2
        ("0002-1442-01", "00002144201"),  # 4-4-2
        ("00002-442-01", "00002044201"),  # 5-3-2
        ("00002-1442-1", "00002144201"),  # 5-4-1
        ("0002144201", "00002144201"),  # ten digits: the leading zero of the labeler is lost
        ("002144201", "00002144201"),  # nine: two of them
        (" 00002144201 ", "00002144201"),
        ("00002 1442 01", "00002144201"),
        ("00117a52902", "00117A52902"),
        ("00117-A529-02", "00117A52902"),
    ],
)
def test_an_ndc_has_eleven_characters(given: str, plain: str) -> None:
    assert normalised(normalise_ndc, given) == plain


@pytest.mark.parametrize(
    "given", [None, "", " ", "12345678", "000021442010", "NDC", "00002-1442", "000002-1442-01", "00002-1442-011", "n/a"]
)
def test_what_is_no_ndc_is_null(given: str | None) -> None:
    assert normalised(normalise_ndc, given) is None


@pytest.mark.parametrize(
    ("table", "column", "normalise"),
    [
        ("dx_to_cc", "icd10", normalise_icd10),
        ("ndc_to_rxc", "ndc", normalise_ndc),
        ("hcpcs_to_rxc", "hcpcs", normalise_hcpcs),
    ],
)
@pytest.mark.parametrize("year", MODEL_YEARS)
def test_every_code_of_the_cms_tables_stays_as_it_is(year: int, table: str, column: str, normalise) -> None:
    codes = tables_of(year)[table].select(pl.col(column), normalise(pl.col(column)).alias("normalised"))
    assert codes.filter(pl.col(column) != pl.col("normalised").fill_null("")).is_empty()


def test_ndcs_with_a_letter_are_in_the_cms_list_and_survive_every_spelling() -> None:
    listed = tables_of(2025)["ndc_to_rxc"].filter(pl.col("ndc").str.contains("[A-Z]"))["ndc"].to_list()
    assert len(listed) == 8
    for ndc in listed:
        for spelling in (ndc.lower(), f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}", f" {ndc}"):
            assert normalised(normalise_ndc, spelling) == ndc
