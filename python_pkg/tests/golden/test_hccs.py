"""Hierarchies, groups, the count of payment HCCs and what depends on it (Tables 4, 6, 7 and 9; silver)."""

import pytest
from invented import member, scored, total

# One code for each HCC that these tests need; Table 3 sets no condition on any of them.
HCC002, HCC008, HCC009, HCC018, HCC034, HCC048 = "A021", "C770", "C153", "Z9483", "T8640", "K5000"
HCC056, HCC130, HCC142, HCC183 = "L4050", "A3681", "I442", "T8610"
DIABETES_019, DIABETES_020, DIABETES_021 = "E0800", "E0821", "E08649"
HCC019_AND_022 = "E1010"
ADULT_2025 = "0.284"  # FAGE_LAST_40_44


def test_metastatic_cancer_replaces_the_milder_cancer() -> None:
    found = scored(2025, dx=[HCC008, HCC009])
    assert found.hccs() == {"HHS_HCC008"}  # Table 4: 008 drops 009 to 013
    assert found.risk_score() == total(ADULT_2025, "22.616")


def test_a_hierarchy_reaches_within_one_member_only() -> None:
    found = scored(
        2025,
        [member("A"), member("B")],
        dx=[("A", "2025-03-01", HCC008), ("B", "2025-03-01", HCC009)],
    )
    assert (found.hccs("A"), found.hccs("B")) == ({"HHS_HCC008"}, {"HHS_HCC009"})
    assert found.risk_score("B") == total(ADULT_2025, "12.271")


def test_a_group_counts_once_however_many_of_its_hccs_are_present() -> None:
    # Pancreas and kidney transplant: neither drops the other, and from 2024 both belong to group G24 (Table 6).
    found = scored(2024, dx=[HCC018, HCC183])
    assert found.hccs() == {"HHS_HCC018", "HHS_HCC183"}
    assert found.variables() == {"FAGE_LAST_40_44", "G24", "SEVERE_HCC_COUNT1"}
    assert found.risk_score() == total("0.279", "6.765", "-6.579")


def test_the_same_two_hccs_count_twice_in_the_year_before_the_group_exists() -> None:
    found = scored(2023, dx=[HCC018, HCC183])
    assert found.variables() == {"FAGE_LAST_40_44", "HHS_HCC018", "HHS_HCC183", "SEVERE_HCC_COUNT2"}
    assert found.risk_score() == total("0.281", "5.984", "5.984", "-5.504")


def test_diabetes_is_one_group_whichever_of_its_hccs_is_left() -> None:
    for codes in ([DIABETES_021], [DIABETES_020, DIABETES_021], [DIABETES_019, DIABETES_020, DIABETES_021]):
        found = scored(2025, dx=codes)
        assert found.variables() == {"FAGE_LAST_40_44", "G01"}
        assert found.risk_score() == total(ADULT_2025, "0.172")


def test_the_diabetes_add_on_has_a_coefficient_and_is_not_counted() -> None:
    # Table 6 leaves HHS_HCC022 out of HCC_CNT: G01 and HHS_HCC002 are two, not three.
    found = scored(2025, dx=[HCC019_AND_022, HCC002])
    assert found.variables() == {"FAGE_LAST_40_44", "G01", "HHS_HCC022", "HHS_HCC002", "SEVERE_HCC_COUNT2"}
    assert found.risk_score() == total(ADULT_2025, "0.172", "0.244", "8.830", "-5.833")


def test_the_diabetes_add_on_alone_does_not_switch_on_a_short_enrollment_term() -> None:
    """HCC_EDn asks for HCC_CNT >= 1; with its own diabetes HCC the count is 1 all the same."""
    found = scored(2025, member(months=1), dx=[HCC019_AND_022])
    assert found.variables() == {"FAGE_LAST_40_44", "G01", "HHS_HCC022", "HCC_ED1"}
    assert found.risk_score() == total(ADULT_2025, "0.172", "0.244", "8.808")


def test_one_severe_hcc_alone() -> None:
    found = scored(2025, dx=[HCC034])  # liver transplant is on the severe and on the transplant list
    assert found.variables() == {"FAGE_LAST_40_44", "HHS_HCC034", "SEVERE_HCC_COUNT1"}
    assert found.risk_score() == total(ADULT_2025, "6.119", "-6.119")


def test_four_hccs_with_a_transplant_have_the_severe_and_the_transplant_term() -> None:
    found = scored(2025, dx=[HCC034, HCC048, HCC056, HCC130])
    assert found.variables() == {
        "FAGE_LAST_40_44",
        "HHS_HCC034",
        "HHS_HCC048",
        "HHS_HCC056",
        "HHS_HCC130",
        "SEVERE_HCC_COUNT4",
        "TRANSPLANT_HCC_COUNT4",
    }
    assert found.risk_score() == total(ADULT_2025, "6.119", "0.944", "0.930", "1.773", "-4.033", "3.651")


def test_five_hccs_without_a_severe_one_have_no_count_term() -> None:
    found = scored(2025, dx=[HCC048, HCC056, HCC130, HCC142, DIABETES_019])
    assert not any("COUNT" in name for name in found.variables())
    assert found.risk_score() == total(ADULT_2025, "0.944", "0.930", "1.773", "1.752", "0.172")


# Seven HCCs of a child that are on no severe or transplant list.
SEVEN_MILD = ["C153", "C4A0", HCC048, HCC056, HCC130, HCC142, "G40001"]


def test_a_child_with_seven_hccs_and_none_severe_has_no_count_term() -> None:
    """Table 7 reads "SEVERE and 6, or 7"; meant, and followed, is SEVERE and (6 or 7)."""
    found = scored(2025, member(sex="M", age_last=12), dx=SEVEN_MILD)
    counted = found.variables() - {"MAGE_LAST_10_14"}
    assert "SEVERE_HCC_COUNT6_7" not in counted
    assert len(counted) == len(found.hccs())


@pytest.mark.parametrize("mild", [5, 6])
def test_a_child_with_a_severe_hcc_has_one_term_for_six_and_seven(mild: int) -> None:
    # C153 (009) drops C4A0 (012): leave the latter out, so that every code counts.
    codes = [HCC002, *[code for code in SEVEN_MILD if code != "C4A0"][:mild]]
    found = scored(2025, member(sex="M", age_last=12), dx=codes)
    assert len(found.hccs()) == mild + 1
    assert found.variables() - found.hccs() == {"MAGE_LAST_10_14", "SEVERE_HCC_COUNT6_7"}


def test_the_severe_children_term_in_figures() -> None:
    # MAGE_LAST_10_14, 002, 009, 048, 056, 130, 142: six HCCs, one of them severe.
    child = member(sex="M", age_last=12)
    codes = [HCC002, HCC009, HCC048, "A391", HCC130, HCC142]
    found = scored(2025, child, dx=codes)
    assert found.hccs() == {"HHS_HCC002", "HHS_HCC009", "HHS_HCC030", "HHS_HCC048", "HHS_HCC130", "HHS_HCC142"}
    assert found.risk_score() == total("0.115", "14.294", "8.640", "5.007", "9.498", "3.914", "2.899", "-1.468")


def test_sepsis_with_cancer_is_the_severe_interaction_of_2022() -> None:
    # Table 6 of 2021-2022: INT_GROUP_H needs one of each list; 002 and 009 are one.
    found = scored(2022, dx=[HCC002, HCC009])
    assert found.variables() == {"FAGE_LAST_40_44", "HHS_HCC002", "HHS_HCC009", "INT_GROUP_H"}
    assert found.risk_score() == total("0.238", "6.847", "12.825", "6.514")


def test_sepsis_alone_is_not() -> None:
    assert scored(2022, dx=[HCC002]).risk_score() == total("0.238", "6.847")


def test_short_enrollment_counts_by_itself_until_2022() -> None:
    assert scored(2022, member(months=3)).risk_score() == total("0.238", "0.193")  # ED_3
    assert scored(2022, member(months=7)).risk_score() == total("0.238", "0.084")  # ED_7
    assert scored(2022, member(months=12)).risk_score() == total("0.238")  # there is no ED_12
    assert scored(2022, member(months=3), dx=[HCC130]).risk_score() == total("0.238", "0.193", "2.329")


def test_short_enrollment_counts_with_an_hcc_only_from_2023() -> None:
    assert scored(2025, member(months=3)).risk_score() == total(ADULT_2025)
    assert scored(2025, member(months=3), dx=[HCC130]).risk_score() == total(ADULT_2025, "1.773", "2.549")  # HCC_ED3
    assert scored(2025, member(months=6), dx=[HCC130]).risk_score() == total(ADULT_2025, "1.773", "0.705")  # HCC_ED6
    assert scored(2025, member(months=7), dx=[HCC130]).risk_score() == total(ADULT_2025, "1.773")


def test_children_have_no_term_for_short_enrollment() -> None:
    found = scored(2025, member(sex="M", age_last=12, months=1), dx=[HCC130])
    assert found.risk_score() == total("0.115", "3.914")


# --- Infants (Table 8) ------------------------------------------------------------------------------------------------

BABY = member(sex="F", age_last=0)
TERM, MULTIPLES, EXTREMELY_IMMATURE = "P080", "P0508", "P0501"  # HHS_HCC249, 247 and 242


def test_maturity_and_severity_make_one_term() -> None:
    found = scored(2025, BABY, dx=[TERM, HCC008])  # HHS_HCC008 is severity 5
    assert found.variables() == {"TERM_X_SEVERITY5"}
    assert found.risk_score() == total("80.438")


def test_the_least_mature_and_the_most_severe_win() -> None:
    found = scored(2025, BABY, dx=[TERM, MULTIPLES, EXTREMELY_IMMATURE, DIABETES_019, HCC130])
    assert found.variables() == {"EXTREMELY_IMMATURE_X_SEVERITY5"}  # 130 is severity 5, 019 severity 2
    assert found.risk_score() == total("202.406")


def test_the_hierarchy_holds_for_infants_and_can_lower_the_severity() -> None:
    spastic_diplegia, quadriplegia = "G801", "G8250"
    # HHS_HCC107 is severity 4, HHS_HCC113 severity 3, and 113 drops 107 (Table 4).
    assert scored(2025, BABY, dx=[TERM, quadriplegia]).risk_score() == total("14.803")
    found = scored(2025, BABY, dx=[TERM, quadriplegia, spastic_diplegia])
    assert found.variables() == {"TERM_X_SEVERITY3"}
    assert found.risk_score() == total("4.688")


def test_at_age_1_maturity_at_birth_has_no_more_part() -> None:
    found = scored(2025, member(sex="F", age_last=1), dx=[EXTREMELY_IMMATURE, DIABETES_019])
    assert found.variables() == {"AGE1_X_SEVERITY2"}
    assert found.risk_score() == total("1.423")


def test_sickle_cell_severity_of_infants_moves_up_in_2025() -> None:
    for year, severity in ((2024, 2), (2025, 3)):
        found = scored(year, BABY, dx=[TERM, "D5700"])  # HHS_HCC070
        assert found.variables() == {f"TERM_X_SEVERITY{severity}"}
