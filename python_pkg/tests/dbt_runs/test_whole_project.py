"""Everything in the project builds and passes its own tests, without a warning, from any folder and either format."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from real_project import FROM_THE_FILES_ON, RealProject

from hhs_hcc.synth.layout import RAW_COLUMNS

PYTHON_MODELS = {"risk_score_components", "risk_score_evidence"}

OTHER_THAN_THE_DEFAULTS = {
    "diy_model_year": 2022,
    "prediction_year": 2021,
    "edition": "cms_software",
    "unknown_validity": "strict",
    "mce_edits": False,
    "age_basis": "december_31",
    "invalid_gender": "coerce",
    "coerce_gender": "M",
    "paid_through": "2021-06-30",
    "claims_view": "a.claims",
    "enrollments_view": "a.enrollments",
    "members_view": "a.members",
}


@pytest.fixture(scope="module")
def everything(built: RealProject) -> RealProject:
    """The project built from nothing with its data tests in between; unit tests have a test of their own."""
    built.database.unlink()
    outcome = built.dbt("build --exclude-resource-type unit_test")
    assert outcome
    # Exposures are no-op: dbt has nothing to build for them. The demo issuer is dirty on purpose, and tests warn of it.
    assert set(outcome.statuses.values()) <= {"success", "pass", "warn", "no-op"}
    kinds = {node.node.resource_type for node in outcome.result.results if hasattr(node.node, "resource_type")}
    assert {"model", "seed", "snapshot", "test"} <= {str(kind) for kind in kinds}
    built.save("everything")
    return built


def test_everything_builds_and_passes_and_the_tests_alone_pass_again(everything: RealProject) -> None:
    everything.restore("everything")
    outcome = everything.dbt("test --exclude-resource-type unit_test")
    assert outcome
    assert set(outcome.statuses.values()) <= {"success", "pass", "warn"}
    warnings = [name for name, status in outcome.statuses.items() if status == "warn"]
    assert all(name.startswith(("every_row_of_", "every_value_of_", "every_claim_line_has_")) for name in warnings)
    assert everything.last_run()["status"] == "completed"


def test_unit_tests_prove_code_whatever_the_vars_of_the_command(project: RealProject) -> None:
    """`dbt build --vars ...` runs them too: one that failed for a var would undo a good run."""
    outcome = project.dbt("test --select test_type:unit", OTHER_THAN_THE_DEFAULTS)
    assert outcome, [
        name for name, status in outcome.statuses.items() if status not in ("pass", "success", "warn", "no-op")
    ]


def test_a_full_parse_gives_no_warning(project: RealProject) -> None:
    """That the documentation gives none either, test_docs asks."""
    parsed = project.dbt("--warn-error parse --no-partial-parse --show-all-deprecations", parsed_before=False)
    assert parsed
    assert "WARNING" not in parsed.console.upper()
    assert "DEPRECAT" not in parsed.console.upper()


def test_the_selector_and_the_tag_choose_the_same_models(project: RealProject) -> None:
    by_tag = project.dbt("ls --resource-type model --select tag:scoring")
    by_selector = project.dbt("ls --resource-type model --selector scoring_job")
    assert sorted(by_tag.result) == sorted(by_selector.result)
    names = {name.rsplit(".", maxsplit=1)[-1] for name in by_tag.result}
    assert PYTHON_MODELS | {"current_run", "risk_scores", "int_aca_risk_input", "scores_rejected"} <= names
    assert not any(name.startswith(("stg_", "raw_")) for name in names)
    before = project.last_run()["run_id"]
    assert project.dbt("run --selector scoring_job")
    run = project.last_run()
    assert run["run_id"] != before
    assert (run["status"], run["selection"]) == ("completed", "--selector scoring_job")


def test_parquet_in_a_folder_of_any_name_gives_the_scores_of_csv(project: RealProject, tmp_path: Path) -> None:
    by_csv = project.scores().select("member_id", "risk_score", "components")
    fingerprint = project.last_run()["input_fingerprint"]
    raw = tmp_path / """an issuer's "files" [2025] * {all}"""
    raw.mkdir()
    for table in RAW_COLUMNS:
        frame = pl.concat(pl.read_csv(path, infer_schema=False) for path in sorted(project.raw.glob(f"{table}*.csv")))
        # In two files of one name, as a monthly delivery would be.
        half = frame.height // 2
        frame.head(half).write_parquet(raw / f"{table}_1.parquet")
        frame.tail(frame.height - half).write_parquet(raw / f"{table}_2.parquet")
    assert project.dbt(FROM_THE_FILES_ON, raw=raw)
    assert_frame_equal(project.scores().select("member_id", "risk_score", "components"), by_csv)
    assert project.last_run()["input_fingerprint"] == fingerprint


def test_a_changed_package_selects_the_python_models_and_what_reads_them(
    project: RealProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt does not see edits of the package; RA_PACKAGE_HASH tells it."""
    changed = f"ls --resource-type model --select state:modified+ --state {tmp_path}"
    monkeypatch.setenv("RA_PACKAGE_HASH", "before")
    assert project.dbt("parse", parsed_before=False)
    shutil.copy(project.target / "manifest.json", tmp_path)
    assert project.dbt(changed, parsed_before=False).result == []
    monkeypatch.setenv("RA_PACKAGE_HASH", "after")
    names = {name.rsplit(".", maxsplit=1)[-1] for name in project.dbt(changed, parsed_before=False).result}
    assert PYTHON_MODELS | {"risk_score_segments", "risk_score_members", "risk_scores", "agg_plrs_by_plan"} <= names
    assert not any(name.startswith(("stg_", "raw_", "int_")) or name == "current_run" for name in names)
