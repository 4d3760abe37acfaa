"""The documentation: one file with every exposure and public table, comments in the database, and nobody's data."""

import json
import re

import pytest
from real_project import RealProject

PUBLIC_MODELS = {
    "int_aca_risk_input",
    *("risk_scores", "risk_score_components", "risk_score_evidence"),
    *("dim_member", "dim_plan", "dim_provider", "dim_date", "dim_geography"),
    *("fct_claim_line", "fct_claim", "fct_enrollment"),
}
PUBLIC_SOURCES = {"runs.run_registry"}
# Written by hooks, not by models: dbt has no moment to comment on them.
TABLES_OF_HOOKS = (
    *("main_runs.run_registry", "main_runs.run_metrics", "main_runs.batch_runs", "main_runs.schema_migrations"),
    *("main_raw.load_batches", "main_raw.load_files", "main_raw.load_progress"),
)


@pytest.fixture(scope="module")
def page(built: RealProject) -> str:
    """The single-file documentation of the demo issuer."""
    built.restore("demo")
    outcome = built.dbt("docs generate --static")
    assert outcome
    assert "WARNING" not in outcome.console.upper()
    assert "DEPRECAT" not in outcome.console.upper()
    return (built.target / "static_index.html").read_text(encoding="utf-8")


def test_the_catalog_holds_what_was_built_and_no_error(built: RealProject, page: str) -> None:
    catalog = json.loads((built.target / "catalog.json").read_text())
    assert "model.risk_adjustment.risk_scores" in catalog["nodes"]
    assert catalog["errors"] is None


def test_one_file_holds_every_exposure_and_public_table(built: RealProject, page: str) -> None:
    manifest = json.loads((built.target / "manifest.json").read_text())
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    assert {"plan_liability_risk_scores", "load_reconciliation", "warehouse_cubes"} <= set(exposures)
    for exposure in exposures.values():
        assert exposure["owner"]["name"]
        assert exposure["maturity"]
        assert exposure["description"]
        assert exposure["depends_on"]["nodes"]
    names = [f"exposure.risk_adjustment.{name}" for name in exposures]
    names += [f"model.risk_adjustment.{name}" for name in PUBLIC_MODELS]
    names += [f"source.risk_adjustment.{name}" for name in PUBLIC_SOURCES]
    assert [name for name in names if f'"{name}"' not in page] == []
    # index.html fetches manifest and catalog, which a page opened from a disk cannot; here they are part of it.
    assert "INLINE DATA" in (built.target / "index.html").read_text(encoding="utf-8")
    assert "INLINE DATA" not in page


def test_the_documentation_holds_no_value_of_a_member(built: RealProject, page: str) -> None:
    # Values that nothing else can be: five digits of a ZIP code also stand in the times at which dbt parsed a node.
    values = {
        value
        for (value,) in built.query("""
            select unnest([member_id, first_name, last_name, broker_id]) from main_staging.stg_issuer__members
            union all select claim_id from main_staging.stg_issuer__claims
        """)
        if value is not None and len(value) >= 5
    }
    assert len(values) > 3000
    assert values.isdisjoint(re.findall(r"[\w-]+", page))


def test_descriptions_are_comments_in_the_database(built: RealProject) -> None:
    built.restore("demo")
    without = built.query(f"""
        with relations as (
            select schema_name || '.' || table_name as relation, comment from duckdb_tables() where not internal
            union all select schema_name || '.' || view_name, comment from duckdb_views() where not internal
            union all
            select schema_name || '.' || table_name || '.' || column_name, comment
            from duckdb_columns() where not internal
        )
        select relation from relations
        where comment is null and not regexp_matches(relation, '^({"|".join(TABLES_OF_HOOKS)})([.]|$)')
    """)
    assert without == []
    # An incremental Python model, whose text quotes nothing but has to survive quoting.
    comment = built.value("select comment from duckdb_tables() where table_name = 'risk_score_components'")
    assert comment.startswith("One row per run, member, plan segment and variable")
    assert built.value("select count(*) from duckdb_columns() where comment like '%''%'") > 0
