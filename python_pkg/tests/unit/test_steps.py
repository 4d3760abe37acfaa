"""Each rule by itself, on two or three people and made-up variables."""

import numpy as np
import pytest
from invented import flags

from hhs_hcc.errors import UnknownVariableError
from hhs_hcc.steps.cost_factors import CostFactor, apply_cost_factors
from hhs_hcc.steps.demographics import AgeSexBand, apply_age_sex
from hhs_hcc.steps.groups import apply_groups, count_payment_hccs
from hhs_hcc.steps.hierarchies import apply_hierarchies
from hhs_hcc.steps.infants import maturity_and_severity, reassign_male_infants
from hhs_hcc.steps.interactions import Interaction, apply_interactions


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int16)


# --- Hierarchies ------------------------------------------------------------------------------------------------------


def test_a_severe_hcc_drops_the_milder_one_of_the_same_member_only() -> None:
    found = flags("H1", "H2", A=["H1", "H2"], B=["H2"])
    assert apply_hierarchies(found, [("H1", "H2")]) == flags("H1", "H2", A=["H1"], B=["H2"])


def test_the_order_of_pairs_does_not_matter() -> None:
    found = flags("H1", "H2", "H3", A=["H1", "H2", "H3"], B=["H2", "H3"])
    pairs = [("H1", "H2"), ("H1", "H3"), ("H2", "H3")]
    assert apply_hierarchies(found, pairs) == apply_hierarchies(found, reversed(pairs))


def test_an_hcc_that_is_itself_dropped_still_drops() -> None:
    """Every pair looks at what was found, not at what earlier pairs left."""
    found = flags("H1", "H2", "H3", A=["H1", "H2", "H3"])
    assert apply_hierarchies(found, [("H1", "H2"), ("H2", "H3")]) == flags("H1", "H2", "H3", A=["H1"])


def test_what_was_found_is_left_as_it_was() -> None:
    found = flags("H1", "H2", A=["H1", "H2"])
    apply_hierarchies(found, [("H1", "H2")])
    assert found == flags("H1", "H2", A=["H1", "H2"])


def test_a_pair_with_an_unknown_hcc_is_an_error() -> None:
    with pytest.raises(UnknownVariableError, match="H9"):
        apply_hierarchies(flags("H1", A=[]), [("H1", "H9")])


# --- Groups and the count ---------------------------------------------------------------------------------------------

GROUPS = {"G1": ["H1", "H2"]}


def test_a_group_takes_the_place_of_its_hccs() -> None:
    hccs = flags("H1", "H2", "H3", A=["H1", "H2", "H3"], B=["H3"])
    ungrouped, groups = apply_groups(hccs, GROUPS)
    assert ungrouped == flags("H1", "H2", "H3", A=["H3"], B=["H3"])
    assert groups == flags("G1", A=["G1"], B=[])


def test_the_count_has_groups_once_and_leaves_out_what_cms_leaves_out() -> None:
    hccs = flags("H1", "H2", "H3", "H4", A=["H1", "H2", "H3", "H4"], B=["H4"], C=[])
    ungrouped, groups = apply_groups(hccs, GROUPS)
    assert count_payment_hccs(ungrouped, groups, []).tolist() == [3, 1, 0]
    assert count_payment_hccs(ungrouped, groups, ["H4"]).tolist() == [2, 0, 0]


def test_a_group_with_an_unknown_hcc_is_an_error() -> None:
    with pytest.raises(UnknownVariableError, match="H2"):
        apply_groups(flags("H1", A=[]), GROUPS)


# --- Interactions -----------------------------------------------------------------------------------------------------


def test_every_clause_needs_one_of_its_terms() -> None:
    both = Interaction("X", (("R1",), ("H1", "H2")))
    found = apply_interactions(
        flags("R1", "H1", "H2", A=["R1", "H2"], B=["R1"], C=["H1", "H2"]), [both], numbers(1, 0, 2), numbers(12, 12, 12)
    )
    assert found == flags("X", A=["X"], B=[], C=[])


@pytest.mark.parametrize(
    ("interaction", "on"),
    [
        (Interaction("X", (), hcc_count_min=2), [False, True, True]),
        (Interaction("X", (), hcc_count_max=2), [True, True, False]),
        (Interaction("X", (), hcc_count_min=2, hcc_count_max=2), [False, True, False]),
        (Interaction("X", (), enrollment_months_min=6, enrollment_months_max=6), [False, True, False]),
        (Interaction("X", (), hcc_count_min=1, enrollment_months_max=5), [True, False, False]),
    ],
)
def test_limits_are_inclusive_and_all_of_them_hold(interaction: Interaction, on: list[bool]) -> None:
    nothing = flags("H1", A=[], B=[], C=[])
    found = apply_interactions(nothing, [interaction], numbers(1, 2, 3), numbers(5, 6, 7))
    assert found["X"].tolist() == on


def test_interactions_do_not_share_their_rows() -> None:
    """A clause that two rules have in common is evaluated once, and limits of one must not narrow the other."""
    clause = (("H1",),)
    rules = [Interaction("X", clause, hcc_count_min=2), Interaction("Y", clause)]
    found = apply_interactions(flags("H1", A=["H1"], B=["H1"]), rules, numbers(1, 2), numbers(12, 12))
    assert found == flags("X", "Y", A=["Y"], B=["X", "Y"])


def test_a_term_without_a_row_is_an_error() -> None:
    with pytest.raises(UnknownVariableError, match="H9"):
        apply_interactions(flags("H1", A=[]), [Interaction("X", (("H9",),))], numbers(0), numbers(12))


# --- Demographics and infants -----------------------------------------------------------------------------------------

BANDS = [AgeSexBand("F_2_9", False, 2, 9), AgeSexBand("M_2_9", True, 2, 9), AgeSexBand("F_60", False, 60, None)]


def test_a_band_has_a_sex_and_inclusive_ages_and_may_be_open() -> None:
    found = apply_age_sex(BANDS, numbers(2, 9, 10, 60, 120), np.array([False, True, False, False, False]))
    assert found == flags("F_2_9", "M_2_9", "F_60", A=["F_2_9"], B=["M_2_9"], C=[], D=["F_60"], E=["F_60"])


MATURITY = [("EARLY", ["H1"]), ("TERM", ["H2"])]
SEVERITY = {1: ["H3"], 2: ["H4"], 5: ["H5"]}


def infants(age_last: int, *found: str) -> set[str]:
    hccs = flags("H1", "H2", "H3", "H4", "H5", A=list(found))
    result = maturity_and_severity(hccs, numbers(age_last), MATURITY, SEVERITY)
    return {name for name in result.names if result[name][0]}


@pytest.mark.parametrize(
    ("age_last", "found", "on"),
    [
        (0, ["H1"], {"IHCC_EARLY", "IHCC_SEVERITY1"}),
        (0, ["H2", "H3"], {"IHCC_TERM", "IHCC_SEVERITY1"}),
        (0, ["H1", "H2", "H4"], {"IHCC_EARLY", "IHCC_SEVERITY2"}),
        (0, ["H3", "H4", "H5"], {"IHCC_AGE1", "IHCC_SEVERITY5"}),
        (0, [], {"IHCC_AGE1", "IHCC_SEVERITY1"}),
        (1, ["H1", "H2"], {"IHCC_AGE1", "IHCC_SEVERITY1"}),
    ],
)
def test_an_infant_has_one_maturity_and_one_severity(age_last: int, found: list[str], on: set[str]) -> None:
    assert infants(age_last, *found) == on


def test_only_boys_of_age_0_without_a_newborn_hcc_change_their_term() -> None:
    terms = flags("AGE0_MALE", "AGE1_MALE", without=["AGE0_MALE"], newborn=["AGE0_MALE"], one=["AGE1_MALE"], girl=[])
    maturity = flags("IHCC_AGE1", without=["IHCC_AGE1"], newborn=[], one=["IHCC_AGE1"], girl=["IHCC_AGE1"])
    assert reassign_male_infants(terms, maturity) == flags(
        "AGE0_MALE", "AGE1_MALE", without=["AGE1_MALE"], newborn=["AGE0_MALE"], one=["AGE1_MALE"], girl=[]
    )


# --- Cost factors -----------------------------------------------------------------------------------------------------


def test_a_cost_factor_has_ages_and_what_blocks_it() -> None:
    factor = CostFactor("ACF", 12, 20, "H1")
    dispensed = flags("ACF", A=["ACF"], B=["ACF"], C=["ACF"], D=["ACF"], E=[])
    payment = flags("H1", A=[], B=["H1"], C=[], D=[], E=[])
    found = apply_cost_factors(dispensed, payment, [factor], numbers(12, 12, 11, 20, 12))
    assert found == flags("ACF", A=["ACF"], B=[], C=[], D=["ACF"], E=[])


def test_a_cost_factor_may_have_no_limit_at_all() -> None:
    dispensed = flags("ACF", A=["ACF"])
    found = apply_cost_factors(dispensed, flags("H1", A=["H1"]), [CostFactor("ACF", None, None, None)], numbers(99))
    assert found == dispensed
