"""Which vars decide scores, and which only say what a run is called, what is loaded, or how runs are explained."""

from collections.abc import Mapping
from typing import Any

OF_ONE_RUN = frozenset(
    {"run_id", "run_description", "group_id", "group_description", "trigger_source", "blueprint_id", "scoring_runs"}
)
OF_LOADING = frozenset({"load_dir", "load_timestamp", "load_claims", "allow_older_load"})
OF_THE_WAREHOUSE = frozenset({"calendar_first_year", "calendar_last_year", "high_cost_threshold"})
OF_AN_ANALYSIS = frozenset(
    {
        "run_id_a",
        "run_id_b",
        "comparison_tolerance",
        "calculator_tolerance",
        "large_score_move",
        "top_mover_count",
        "decomposition",
        "dollars_per_point_pmpm",
    }
)
# In recorded vars, benefit_year holds what they said.
OTHER_NAMES_OF_BENEFIT_YEAR = frozenset({"member_age_basis_year", "prediction_year"})

# A list of what does not count, not of what does: a var that somebody adds counts until it is named here.
WITHOUT_EFFECT_ON_SCORES = OF_ONE_RUN | OF_LOADING | OF_THE_WAREHOUSE | OF_AN_ANALYSIS | OTHER_NAMES_OF_BENEFIT_YEAR


def scoring_settings(resolved: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The vars that decide the scores of a run.

    Args:
        resolved: Every var with the value that the run used, as the registry records it.
        defaults: Values of vars that `resolved` lacks: the run is older than they are.
    """
    every = {**(defaults or {}), **resolved}
    return {name: value for name, value in every.items() if name not in WITHOUT_EFFECT_ON_SCORES}
