"""What cannot be scored is refused before anything is written, with a message that says what to do."""

from typing import Any

import pytest
from mini_project import MiniProject

REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no UUID": ({"run_id": "run-1"}, ["run_id is 'run-1'", "UUID"]),
    "group not a number": ({"group_id": "seven"}, ["group_id is 'seven'", "integer"]),
    "group true": ({"group_id": True}, ["group_id is 'True'", "integer"]),
    "edition": ({"edition": "diy"}, ["edition is 'diy'", "diy_tables, cms_software"]),
    "validity": ({"unknown_validity": "guess"}, ["unknown_validity is 'guess'", "carry_forward, strict"]),
    "edits": ({"mce_edits": "maybe"}, ["mce_edits is 'maybe'", "true, false"]),
    "age basis": ({"age_basis": "july"}, ["age_basis is 'july'", "december_31"]),
    "gender": ({"invalid_gender": "guess"}, ["invalid_gender is 'guess'", "skip, coerce, error"]),
    "coerced gender": ({"coerce_gender": "X"}, ["coerce_gender is 'X'", "M, F"]),
    "cut-off": ({"paid_through": "31.03.2025"}, ["paid_through is '31.03.2025'", "YYYY-MM-DD"]),
    "model year": ({"diy_model_year": 2031}, ["No CMS tables for diy_model_year 2031; loaded: 2024, 2025, 2026."]),
    "year of other tables": ({"diy_model_year": 2018}, ["diy_model_year 2018; loaded: 2024, 2025, 2026."]),
    "one view": (
        {"claims_view": "a.b"},
        ["not set: enrollments_view, members_view", "Set all three"],
    ),
    "two views": (
        {"claims_view": "a.b", "members_view": "a.b"},
        ["claims_view, members_view; not set: enrollments_view"],
    ),
    "no plain name": (
        {"claims_view": "a.b; drop table x", "enrollments_view": "a.b", "members_view": "a.b"},
        ["claims_view is 'a.b; drop table x'", "schema.name"],
    ),
    "no such view": (
        {
            "claims_view": "main_staging.stg_issuer__members",
            "enrollments_view": "main_staging.nothing",
            "members_view": "a.b",
        },
        ["enrollments_view names main_staging.nothing", "no table or view"],
    ),
    "misspelt": ({"benefit_yaer": 2024}, ["no var 'benefit_yaer'", "benefit_year"]),
}


@pytest.fixture(scope="module")
def shared_project(built_project: MiniProject, tmp_path_factory: pytest.TempPathFactory) -> MiniProject:
    """No test here writes rows, so they can share a database; dbt makes schemas in it, so nobody else does."""
    return built_project.copy_to(tmp_path_factory.mktemp("refusals") / "project")


@pytest.mark.parametrize("case", REFUSED)
def test_a_var_that_cannot_be_used_is_refused(shared_project: MiniProject, case: str) -> None:
    variables, expected = REFUSED[case]
    message = shared_project.refusal(variables)
    assert all(text in message for text in expected), message
    assert shared_project.query("select 1 from duckdb_tables() where table_name = 'run_registry'") == []


def test_results_without_their_run_are_refused(shared_project: MiniProject) -> None:
    message = shared_project.refusal(command="build --select risk_scores")
    assert "without the model current_run" in message
    assert "dbt build --select tag:scoring" in message


def test_missing_tables_are_named_with_the_command_that_builds_them(fresh_project: MiniProject) -> None:
    message = fresh_project.refusal()
    assert "main_staging.stg_issuer__members" in message
    assert "dbt build --select +tag:scoring" in message


def test_missing_seeds_are_named_with_the_command_that_loads_them(fresh_project: MiniProject) -> None:
    assert fresh_project.dbt("run --select stg_issuer__members")
    message = fresh_project.refusal()
    assert "main_cms.cms_hcc, main_cms.cms_publication" in message
    assert "dbt seed" in message
