"""When and for whom a diagnosis counts (Table 3): fiscal years, age and sex conditions, several categories per code."""

from datetime import date

import pytest
from invented import DX_COLUMNS, EDITIONS, member, records, scored, segments, tables_of, total

from hhs_hcc import score

ADULT_2025 = "0.284"  # FAGE_LAST_40_44
DELIVERY = "O80"  # HHS_HCC209; Medicare Code Editor: ages 9 to 64, and until 2024 women only
NEWBORN_ILEUS = "E8411"  # HHS_HCC159; Medicare Code Editor: age 0
LEUKEMIA_15_UP = "C9150"  # HHS_HCC010; Medicare Code Editor: from 15 years


# --- Fiscal years -----------------------------------------------------------------------------------------------------


def test_a_code_that_ends_with_a_fiscal_year_counts_until_30_september() -> None:
    retired = "D71"  # HHS_HCC074, in group G08; valid in fiscal year 2025 only
    assert scored(2025, dx=[("2025-09-30", retired)]).risk_score() == total(ADULT_2025, "3.947")
    found = scored(2025, dx=[("2025-10-01", retired)])
    assert found.risk_score() == total(ADULT_2025)
    assert found.outcome("code_not_valid_on_date") == 1


def test_a_code_that_is_new_in_a_fiscal_year_counts_from_1_october() -> None:
    new = "I27840"  # HHS_HCC138, in group G21; valid from fiscal year 2026
    assert scored(2025, dx=[("2025-09-30", new)]).risk_score() == total(ADULT_2025)
    assert scored(2025, dx=[("2025-10-01", new)]).risk_score() == total(ADULT_2025, "1.975")


def test_days_outside_the_benefit_year_do_not_count() -> None:
    found = scored(2025, dx=[("2024-12-31", "A3681"), ("2026-01-01", "A3681")])
    assert found.risk_score() == total(ADULT_2025)
    assert found.outcome("outside_benefit_year") == 2
    assert scored(2025, dx=[("2025-01-01", "A3681")]).hccs() == {"HHS_HCC130"}
    assert scored(2025, dx=[("2025-12-31", "A3681")]).hccs() == {"HHS_HCC130"}


def test_validity_that_is_not_published_yet_is_carried_or_not_as_one_chooses() -> None:
    autumn, spring = [("2026-11-01", "E840")], [("2026-03-01", "E840")]  # HHS_HCC159
    with_hcc, without = total("0.287", "3.643"), total("0.287")
    assert scored(2026, dx=autumn).risk_score() == with_hcc
    assert scored(2026, dx=autumn, unknown_validity="carry_forward").risk_score() == with_hcc
    assert scored(2026, dx=autumn, unknown_validity="strict").risk_score() == without
    assert scored(2026, dx=spring, unknown_validity="strict").risk_score() == with_hcc


def test_published_validity_is_the_same_under_both_choices() -> None:
    autumn = [("2025-11-01", "E840")]
    assert scored(2025, dx=autumn, unknown_validity="strict").hccs() == {"HHS_HCC159"}


def test_in_a_what_if_a_code_counts_if_either_fiscal_year_of_the_tables_has_it() -> None:
    """Tables of 2025 on the data of 2024: the fiscal years do not meet, so the day in the year decides nothing."""
    for code, hcc in (("D71", "HHS_HCC074"), ("I27840", "HHS_HCC138")):
        for day in ("2024-03-01", "2024-11-01"):
            assert scored(2025, dx=[(day, code)], benefit_year=2024).hccs() == {hcc}


def test_in_a_what_if_days_belong_to_the_benefit_year() -> None:
    found = scored(2025, dx=[("2025-03-01", "A3681")], benefit_year=2024)
    assert found.hccs() == set()
    assert found.outcome("outside_benefit_year") == 1


# --- Medicare Code Editor: age ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "age_last", "sex", "code", "hcc", "counts_in_tables", "counts_in_software"),
    [
        # On the eve of the 65th birthday she is 64; AGE_LAST is 65.
        (date(1960, 7, 1), 65, "F", DELIVERY, "HHS_HCC209", True, False),
        # On the eve of the 9th birthday she is 8; AGE_LAST is 9.
        (date(2016, 7, 1), 9, "F", DELIVERY, "HHS_HCC209", False, True),
        (date(2010, 7, 1), 15, "M", LEUKEMIA_15_UP, "HHS_HCC010", False, True),
        # In the first year of life on the day, one year old at the end.
        (date(2024, 7, 1), 1, "F", NEWBORN_ILEUS, "HHS_HCC159", True, False),
    ],
)
def test_on_the_eve_of_a_birthday_the_editions_part(
    birth: date, age_last: int, sex: str, code: str, hcc: str, counts_in_tables: bool, counts_in_software: bool
) -> None:
    who = member(birth_date=birth, age_last=age_last, sex=sex)
    eve = [("2025-06-30", code)]
    assert (hcc in scored(2025, who, dx=eve, edition="diy_tables").hccs()) is counts_in_tables
    assert (hcc in scored(2025, who, dx=eve, edition="cms_software").hccs()) is counts_in_software


@pytest.mark.parametrize("edition", EDITIONS)
def test_from_the_birthday_on_the_editions_agree(edition: str) -> None:
    who = member(birth_date=date(1960, 7, 1), age_last=65)
    assert scored(2025, who, dx=[("2025-07-01", DELIVERY)], edition=edition).hccs() == set()
    girl = member(birth_date=date(2016, 7, 1), age_last=9)
    assert scored(2025, girl, dx=[("2025-07-01", DELIVERY)], edition=edition).hccs() == {"HHS_HCC209"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_day_before_the_birth_is_age_0(edition: str) -> None:
    """A newborn's claim may begin with the mother's stay."""
    baby = member(birth_date=date(2025, 7, 1), age_last=0)
    found = scored(2025, baby, dx=[("2025-06-30", NEWBORN_ILEUS)], edition=edition)
    assert found.hccs() == {"HHS_HCC159"}


@pytest.mark.parametrize(("day", "counts"), [("2023-02-28", False), ("2023-03-01", True)])
def test_who_was_born_on_29_february_turns_15_on_1_march(day: str, counts: bool) -> None:
    leapling = member(birth_date=date(2008, 2, 29), age_last=15)
    assert (scored(2023, leapling, dx=[(day, LEUKEMIA_15_UP)]).hccs() == {"HHS_HCC010"}) is counts


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_edits_can_be_switched_off(edition: str) -> None:
    man = member(sex="M", age_last=70)
    assert scored(2024, man, dx=[DELIVERY], edition=edition).hccs() == set()
    assert scored(2024, man, dx=[DELIVERY], edition=edition, mce_edits=False).hccs() == {"HHS_HCC209"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_without_an_age_on_the_day_an_age_condition_fails_in_both_editions(edition: str) -> None:
    """The software asks for the age to be present before it looks at AGE_LAST."""
    people = segments([member()], 2025).with_columns(birth_date=None)
    dx = records([DELIVERY], DX_COLUMNS, 2025)
    none = records([], DX_COLUMNS, 2025)
    drugs = none.rename({"service_date": "fill_date", "diagnosis_code": "ndc_code"})
    services = none.rename({"diagnosis_code": "hcpcs_code"})
    tables = tables_of(2025)
    without = score(people, dx, drugs, services, tables, edition=edition)
    given = score(people, dx.with_columns(age_at_diagnosis=40), drugs, services, tables, edition=edition)
    assert without.scores["hcc_score"].item() == 0
    assert given.scores["hcc_score"].item() == total("2.335")


# --- Medicare Code Editor: sex ----------------------------------------------------------------------------------------


def test_the_sex_condition_ends_with_2024() -> None:
    only_men = "N493"  # HHS_HCC054
    assert scored(2024, member(sex="F"), dx=[only_men]).risk_score() == total("0.279")
    assert scored(2024, member(sex="M"), dx=[only_men]).risk_score() == total("0.129", "9.345")
    assert scored(2025, member(sex="F"), dx=[only_men]).risk_score() == total(ADULT_2025, "8.446")


# --- CC conditions and several CCs ------------------------------------------------------------------------------------


def test_a_clotting_disorder_is_another_category_for_men_and_women() -> None:
    assert scored(2025, member(sex="M"), dx=["D66"]).risk_score() == total("0.143", "72.466")  # HHS_HCC066
    assert scored(2025, member(sex="F"), dx=["D66"]).risk_score() == total("0.284", "2.020")  # HHS_HCC075


def test_breast_cancer_is_another_category_from_50_years_of_age_last() -> None:
    breast_cancer = "C50011"
    assert scored(2025, member(age_last=49), dx=[breast_cancer]).risk_score() == total("0.277", "3.405")  # 011
    assert scored(2025, member(age_last=50), dx=[breast_cancer]).risk_score() == total("0.307", "2.230")  # 012


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_cc_split_looks_at_age_last_whatever_the_age_on_the_day(edition: str) -> None:
    who = member(birth_date=date(1975, 7, 1), age_last=50)  # 49 on the day
    assert scored(2025, who, dx=[("2025-06-30", "C50011")], edition=edition).hccs() == {"HHS_HCC012"}


def test_one_code_can_give_three_categories() -> None:
    found = scored(2025, dx=["E1052"])
    assert found.hccs() == {"HHS_HCC020", "HHS_HCC022", "HHS_HCC153"}
    assert found.risk_score() == total(ADULT_2025, "0.172", "0.244", "7.849")  # G01, 022, 153


def test_a_child_has_two_of_the_three() -> None:
    found = scored(2025, member(sex="M", age_last=12), dx=["E1052"])
    assert found.hccs() == {"HHS_HCC020", "HHS_HCC153"}
    assert found.risk_score() == total("0.115", "1.914", "11.557")


def test_what_table_12_keeps_out_of_a_model_does_not_count_there() -> None:
    """In 2021-2022 Table 3 gives a child HHS_HCC022; Table 12 keeps it out of the child model."""
    assert scored(2022, member(sex="M", age_last=12), dx=["E1010"]).hccs() == {"HHS_HCC019"}
    assert scored(2022, member(sex="M", age_last=40), dx=["E1010"]).hccs() == {"HHS_HCC019", "HHS_HCC022"}


def test_what_is_kept_out_of_a_model_drops_nothing_there() -> None:
    """Table 12 keeps schizophrenia (087_1) out of the infant model; for adults it drops autism (102, Table 4)."""
    schizophrenia, autism = "F209", "F840"
    infant, adult = member(age_last=0), member(age_last=40)
    assert scored(2022, infant, dx=[schizophrenia, autism]).hccs() == {"HHS_HCC102"}
    assert scored(2022, adult, dx=[schizophrenia, autism]).hccs() == {"HHS_HCC087_1"}


def test_sickle_cell_codes_enter_table_3_in_2025_only() -> None:
    assert scored(2024, dx=["D5720"]).hccs() == set()
    assert scored(2025, dx=["D5720"]).hccs() == {"HHS_HCC071"}
