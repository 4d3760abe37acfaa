"""Age and sex alone (Table 5; coefficients of Table 9, silver unless said): what everybody starts from."""

from decimal import Decimal

import pytest
from invented import EDITIONS, member, scored, total


@pytest.mark.parametrize(
    ("metal_level", "coefficient"),
    [("platinum", "0.482"), ("gold", "0.372"), ("silver", "0.284"), ("bronze", "0.211"), ("catastrophic", "0.209")],
)
def test_an_adult_without_claims_has_her_age_and_sex_at_each_metal_level(metal_level: str, coefficient: str) -> None:
    found = scored(2025, member(age_last=40, metal_level=metal_level))
    assert found.variables() == {"FAGE_LAST_40_44"}
    assert found.risk_score() == Decimal(coefficient)


@pytest.mark.parametrize(
    ("sex", "age_last", "model", "variable", "coefficient"),
    [
        ("M", 21, "adult", "MAGE_LAST_21_24", "0.086"),
        ("M", 60, "adult", "MAGE_LAST_60_GT", "0.282"),
        ("M", 101, "adult", "MAGE_LAST_60_GT", "0.282"),
        ("F", 20, "child", "FAGE_LAST_15_20", "0.145"),
        ("M", 10, "child", "MAGE_LAST_10_14", "0.115"),
        ("F", 9, "child", "FAGE_LAST_5_9", "0.053"),
        ("F", 2, "child", "FAGE_LAST_2_4", "0.113"),
    ],
)
def test_sub_models_and_bands_begin_and_end_at_their_ages(
    sex: str, age_last: int, model: str, variable: str, coefficient: str
) -> None:
    found = scored(2025, member(sex=sex, age_last=age_last))
    assert found.row()["model"] == model
    assert found.variables() == {variable}
    assert found.risk_score() == Decimal(coefficient)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("age_last", [0, 1])
def test_a_girl_in_her_first_two_years_has_no_term_for_her_sex(age_last: int, edition: str) -> None:
    found = scored(2025, member(sex="F", age_last=age_last), edition=edition)
    assert found.row()["model"] == "infant"
    assert found.variables() == {"AGE1_X_SEVERITY1"}
    assert found.risk_score() == Decimal("0.431")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_boy_of_one_year_has_the_term_of_his_age(edition: str) -> None:
    found = scored(2025, member(sex="M", age_last=1), edition=edition)
    assert found.risk_score() == total("0.431", "0.060")  # AGE1_X_SEVERITY1 + AGE1_MALE


def test_a_boy_of_age_0_without_a_newborn_hcc_is_where_the_editions_part() -> None:
    boy = member(sex="M", age_last=0)
    # Table 8, last rule: he gets the term of age 1. CMS's software leaves him the one of age 0.
    assert scored(2025, boy, edition="diy_tables").risk_score() == total("0.431", "0.060")
    assert scored(2025, boy, edition="cms_software").risk_score() == total("0.431", "0.539")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_newborn_boy_with_a_newborn_hcc_has_the_term_of_age_0_in_both_editions(edition: str) -> None:
    found = scored(2025, member(sex="M", age_last=0), dx=["P080"], edition=edition)  # HHS_HCC249: term
    assert found.variables() == {"TERM_X_SEVERITY1", "AGE0_MALE"}
    assert found.risk_score() == total("1.135", "0.539")


def test_a_member_without_claims_has_the_demographic_score() -> None:
    row = scored(2025).row()
    assert row["risk_score"] == row["demographic_score"] == Decimal("0.284")
    assert row["hcc_score"] == row["rxc_score"] == 0
