"""A thousand synthetic members, scored independently from CMS's tables and CMS's software: all equal, all exact."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from invented import EDITIONS
from reference_cases import YEARS, answers, differing, expected, expected_rows, notes, path

MEMBERS_PER_YEAR = 200
NOT_TAKEN = ("listed_order_risk_score", "literal_count6_7_risk_score", "no_mce_sex_edit_risk_score")


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("year", YEARS)
def test_every_case_is_exact(year: int, edition: str) -> None:
    found, right = answers(year, edition), expected(year, edition)
    assert len(found) == len(right) == MEMBERS_PER_YEAR
    assert differing(found, right) == {}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("year", YEARS)
def test_spelling_of_diagnoses_changes_no_score(year: int, edition: str, tmp_path: Path) -> None:
    spelled = pl.read_csv(path(year, "diagnoses_formatting"), infer_schema=False)
    respelled = tmp_path / "diagnoses.csv"
    spelled.select("member_id", "service_date", "icd10").write_csv(respelled)
    assert (spelled["icd10"] != spelled["icd10_plain"]).any(), "the variants must be variants"

    members = set(spelled["member_id"])
    right = {member_id: answer for member_id, answer in expected(year, edition).items() if member_id in members}
    found = answers(year, edition, diagnoses=respelled)
    assert len(members) == 10
    assert differing({member_id: found[member_id] for member_id in members}, right) == {}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("key", NOT_TAKEN)
def test_readings_that_are_not_taken_would_give_other_scores(key: str, edition: str) -> None:
    distinguished = 0
    for year in YEARS:
        found = answers(year, edition)
        for row in expected_rows(year):
            if key in notes(row):
                distinguished += 1
                assert found[row["member_id"]].raw_risk_score != Decimal(notes(row)[key]), row["member_id"]
    assert distinguished, "no case tells this reading from ours"


def test_the_editions_differ_where_the_cases_say_so_and_nowhere_else() -> None:
    for year in YEARS:
        tables, software = answers(year, "diy_tables"), answers(year, "cms_software")
        said = {row["member_id"] for row in expected_rows(year) if "differs" in notes(row)}
        assert said
        assert differing(tables, software).keys() == said


@pytest.mark.parametrize("year", [2021, 2022, 2024, 2025])
def test_exact_halves_are_among_the_cases_and_are_rounded_up(year: int) -> None:
    ties = [row["member_id"] for row in expected_rows(year) if "rounding_tie" in notes(row)]
    assert ties
    found = answers(year, "diy_tables")
    for member_id in ties:
        answer = found[member_id]
        exact = answer.raw_risk_score * answer.csr_factor
        assert exact % Decimal("0.001") == Decimal("0.0005"), f"{member_id} is no tie"
        assert answer.reported_risk_score == exact + Decimal("0.0005")
