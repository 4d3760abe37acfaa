"""RXCs (Tables 10a, 10b, 11), their interactions (Table 6) and the PrEP cost factor of 2026. Silver."""

import pytest
from invented import MODEL_YEARS, member, scored, total

NDC_RXC_01, NDC_RXC_06, NDC_RXC_07, NDC_RXC_09 = "00003196401", "00002021301", "00002115201", "00002144201"
HCPCS_RXC_06, HCPCS_RXC_09 = "J1817", "J0129"
HCC001, HCC019, HCC048, HCC056, HCC057 = "B20", "E0800", "K5000", "L4050", "M0230"
ADULT_2025 = "0.284"  # FAGE_LAST_40_44


@pytest.mark.parametrize("found_by", [{"drugs": [NDC_RXC_09]}, {"services": [HCPCS_RXC_09]}])
def test_an_ndc_and_a_service_code_are_two_ways_to_the_same_class(found_by: dict[str, list[str]]) -> None:
    found = scored(2025, **found_by)
    assert found.rxcs() == {"RXC_09"}
    assert found.risk_score() == total(ADULT_2025, "11.478")
    assert found.row()["rxc_score"] == total("11.478")


def test_insulin_replaces_the_other_diabetes_drugs() -> None:
    found = scored(2025, drugs=[NDC_RXC_07], services=[HCPCS_RXC_06])
    assert found.rxcs() == {"RXC_06"}  # Table 11: RXC_06 drops RXC_07
    assert found.risk_score() == total(ADULT_2025, "1.018")


@pytest.mark.parametrize("age_last", [0, 1, 2, 20])
def test_children_and_infants_have_no_drug_classes(age_last: int) -> None:
    patient = member(age_last=age_last)
    found = scored(2025, patient, drugs=[NDC_RXC_09], services=[HCPCS_RXC_06])
    assert found.rxcs() == set()
    assert found.risk_score() == scored(2025, patient).risk_score()


def test_an_interaction_sees_the_hcc_inside_its_group() -> None:
    # Grouping has moved HHS_HCC019 into G01, and the interaction names HHS_HCC019 itself.
    found = scored(2025, dx=[HCC019], drugs=[NDC_RXC_06])
    assert found.variables() == {"FAGE_LAST_40_44", "G01", "RXC_06", "RXC_06_X_HCC018_019_020_021"}
    assert found.risk_score() == total(ADULT_2025, "0.172", "1.018", "0.532")


def test_the_dropped_class_takes_no_part_in_interactions() -> None:
    found = scored(2025, dx=[HCC019], drugs=[NDC_RXC_06, NDC_RXC_07])
    assert "RXC_07_X_HCC018_019_020_021" not in found.variables()


@pytest.mark.parametrize(
    ("codes", "figures"),
    [
        # 048; with its interaction.
        ([HCC048], ("0.944", "1.499")),
        ([HCC056], ("0.930", "-0.930")),
        ([HCC057], ("0.249", "-0.249")),
        # Of the four, all that apply are added: 056 with 048 has three (056 drops 057, so there are never four).
        ([HCC056, HCC048], ("0.930", "0.944", "1.499", "-0.930", "0.433")),
        ([HCC057, HCC048], ("0.249", "0.944", "1.499", "-0.249", "0.433")),
    ],
)
def test_the_interactions_of_immune_suppressants_add_up(codes: list[str], figures: tuple[str, ...]) -> None:
    found = scored(2025, dx=codes, drugs=[NDC_RXC_09])
    assert found.risk_score() == total(ADULT_2025, "11.478", *figures)


def test_an_interaction_belongs_to_the_drug_part_of_the_score() -> None:
    row = scored(2025, dx=[HCC048], drugs=[NDC_RXC_09]).row()
    assert row["demographic_score"] == total(ADULT_2025)
    assert row["hcc_score"] == total("0.944")
    assert row["rxc_score"] == total("11.478", "1.499")


def test_fills_and_services_outside_the_year_do_not_count() -> None:
    found = scored(
        2025,
        drugs=[("2024-12-31", NDC_RXC_09), ("2026-01-01", NDC_RXC_09)],
        services=[("2024-12-31", HCPCS_RXC_06)],
    )
    assert found.risk_score() == total(ADULT_2025)
    assert found.outcome("outside_benefit_year") == 3


# --- PrEP, the affiliated cost factor of 2026 -------------------------------------------------------------------------

PREP_SERVICE, PREP_DRUG = "J0739", "00247210401"


@pytest.mark.parametrize("found_by", [{"drugs": [PREP_DRUG]}, {"services": [PREP_SERVICE]}])
def test_an_adult_on_prep_has_the_cost_factor(found_by: dict[str, list[str]]) -> None:
    found = scored(2026, **found_by)
    assert found.variables() == {"FAGE_LAST_40_44", "ACF_PREP"}
    assert found.risk_score() == total("0.287", "3.609")
    assert found.rxcs() == set()


def test_hiv_treatment_of_an_adult_blocks_it() -> None:
    found = scored(2026, drugs=[PREP_DRUG, NDC_RXC_01])
    assert found.variables() == {"FAGE_LAST_40_44", "RXC_01"}
    assert found.risk_score() == total("0.287", "4.309")


def test_an_hiv_diagnosis_of_an_adult_does_not_block_it() -> None:
    found = scored(2026, dx=[HCC001], drugs=[PREP_DRUG])
    assert found.variables() == {"FAGE_LAST_40_44", "HHS_HCC001", "ACF_PREP"}
    assert found.risk_score() == total("0.287", "0.054", "3.609")


@pytest.mark.parametrize(("age_last", "has_factor"), [(11, False), (12, True), (20, True)])
def test_a_child_has_it_from_twelve_years_on(age_last: int, has_factor: bool) -> None:
    found = scored(2026, member(sex="M", age_last=age_last), drugs=[PREP_DRUG])
    assert ("ACF_PREP_CHILD" in found.variables()) is has_factor
    if age_last == 12:
        assert found.risk_score() == total("0.113", "2.016")


def test_an_hiv_diagnosis_of_a_child_blocks_it() -> None:
    found = scored(2026, member(sex="M", age_last=15), dx=[HCC001], drugs=[PREP_DRUG])
    assert found.variables() == {"MAGE_LAST_15_20", "HHS_HCC001"}
    assert found.risk_score() == total("0.135", "3.934")


@pytest.mark.parametrize("year", [year for year in MODEL_YEARS if year != 2026])
def test_no_other_year_has_it(year: int) -> None:
    assert scored(year, drugs=[PREP_DRUG], services=[PREP_SERVICE]).variables() == {"FAGE_LAST_40_44"}


def test_a_code_that_was_hiv_treatment_in_2025_is_prep_in_2026() -> None:
    assert scored(2025, services=["J0738"]).rxcs() == {"RXC_01"}
    assert scored(2026, services=["J0738"]).variables() == {"FAGE_LAST_40_44", "ACF_PREP"}


def test_the_cost_factor_does_not_count_as_an_hcc() -> None:
    found = scored(2026, member(months=1), drugs=[PREP_DRUG])  # HCC_ED1 would ask for HCC_CNT >= 1
    assert found.variables() == {"FAGE_LAST_40_44", "ACF_PREP"}
