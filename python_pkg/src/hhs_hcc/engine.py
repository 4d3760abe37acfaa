"""One chunk of members of one sub-model through all rules, as row operations on flag matrices."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hhs_hcc.editions import RuleEdition
from hhs_hcc.flags import BoolArray, FlagMatrix
from hhs_hcc.rules import ModelRules
from hhs_hcc.steps.cost_factors import apply_cost_factors
from hhs_hcc.steps.demographics import apply_age_sex
from hhs_hcc.steps.groups import apply_groups, count_payment_hccs
from hhs_hcc.steps.hierarchies import apply_hierarchies
from hhs_hcc.steps.infants import maturity_and_severity, reassign_male_infants
from hhs_hcc.steps.interactions import apply_interactions

IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True)
class ScoredFlags:
    """What is on for a chunk of members.

    Attributes:
        variables: One row per variable of Table 9, in the order of `ModelRules.variables`.
        hccs: HCCs after the hierarchy and before grouping.
        rxcs: RXCs after their hierarchy; no rows where the sub-model has none.
    """

    variables: FlagMatrix
    hccs: FlagMatrix
    rxcs: FlagMatrix


def apply_rules(
    rules: ModelRules,
    found: FlagMatrix,
    age_last: IntArray,
    is_male: BoolArray,
    enrollment_months: IntArray,
    edition: RuleEdition,
) -> ScoredFlags:
    """Apply a sub-model to members.

    Args:
        rules: The sub-model of the model year.
        found: What codes switched on: a row for each of `YearRules.flags`, one column per member.
        age_last: AGE_LAST per member, whole years.
        is_male: Sex per member.
        enrollment_months: ENROLDURATION per member, 1-12.
        edition: Tables or software.

    Returns:
        Flags for the same members.
    """
    members = found.members
    ccs = found.select(rules.hccs)
    for hcc in rules.excluded_hccs:
        ccs.rows[ccs.position(hcc)] = False
    hccs = apply_hierarchies(ccs, rules.hcc_hierarchy)
    rxcs = found.select(rules.rxcs)
    if rules.rxcs:
        rxcs = apply_hierarchies(rxcs, rules.rxc_hierarchy)
    ungrouped, groups = apply_groups(hccs, rules.groups)
    hcc_count = count_payment_hccs(ungrouped, groups, rules.count_exclusions)
    age_sex = apply_age_sex(rules.bands, age_last, is_male)

    terms = hccs.stack(groups, rxcs)
    if rules.maturity:
        infants = maturity_and_severity(hccs, age_last, rules.maturity, rules.severity)
        terms = terms.stack(infants)
        if edition is RuleEdition.DIY_TABLES:
            age_sex = reassign_male_infants(age_sex, infants)
    interactions = apply_interactions(terms, rules.interactions, hcc_count, enrollment_months)
    factors = apply_cost_factors(found, terms, rules.cost_factors, age_last)

    variables = FlagMatrix.empty(rules.variables, members)
    for part in (age_sex, ungrouped, groups, rxcs, interactions, factors):
        for name in part.names:
            # Infant HCCs act through maturity and severity and have no coefficients of their own.
            if name in variables:
                variables[name] = part[name]
    return ScoredFlags(variables, hccs, rxcs)
