"""What dbt's documentation says that a report, a command or the notebook reads is what its queries read."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3]
PACKAGE = PROJECT / "python_pkg" / "src" / "hhs_hcc"
QUERIES = PACKAGE / "reports" / "queries"
# Exposure to the files that hold its queries. Reports find their run by name: warehouse.py.
READERS = {
    "run_report": ["reports/queries/run/*.sql", "reports/run_*.py", "warehouse.py"],
    "comparison_report": ["reports/queries/comparison/*.sql", "reports/comparison_*.py", "warehouse.py"],
    "decomposition_report": ["reports/queries/decomposition/*.sql", "reports/decomposition_*.py", "warehouse.py"],
    "claim_lag_report": ["reports/queries/lag/*.sql", "reports/lag_*.py"],
    "run_browser": ["reports/queries/index/*.sql", "reports/index*.py", "warehouse.py"],
    "plan_liability_risk_scores": ["show.py", "warehouse.py"],
    "score_explanation": ["explain.py", "warehouse.py"],
    "why_did_the_score_move": ["../../../analyses/notebooks/why_did_the_score_move.py", "warehouse.py"],
}
RELATION = re.compile(r"\bmain_[a-z]+\.([a-z_0-9]+)")


@cache
def exposures() -> Mapping[str, Mapping[str, Any]]:
    content = yaml.safe_load((PROJECT / "models" / "_exposures.yml").read_text(encoding="utf-8"))
    return {exposure["name"]: exposure for exposure in content["exposures"]}


@cache
def sources() -> frozenset[str]:
    """Tables that hooks write, as `source, table`."""
    found = []
    for path in (PROJECT / "models").rglob("*__sources.yml"):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            found += [f"{source['name']}, {table['name']}" for table in source["tables"]]
    return frozenset(found)


def as_dbt_says(table: str) -> str:
    """`ref('x')`, or `source('runs', 'x')` for a table that hooks write."""
    for one in sources():
        source, name = one.split(", ")
        if name == table:
            return f"source('{source}', '{name}')"
    return f"ref('{table}')"


def read_by(patterns: list[str]) -> set[str]:
    files = [
        path
        for pattern in patterns
        for path in sorted(PACKAGE.glob(pattern) if "*" in pattern else [PACKAGE / pattern])
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return {as_dbt_says(table) for table in RELATION.findall(re.sub(r"--.*|#.*", "", code))}


@pytest.mark.parametrize("name", READERS)
def test_an_exposure_depends_on_what_its_queries_read(name: str) -> None:
    assert set(exposures()[name]["depends_on"]) == read_by(READERS[name])


def test_every_kind_of_report_is_an_exposure() -> None:
    kinds = {folder.name for folder in QUERIES.iterdir() if any(folder.glob("*.sql"))}
    covered = {pattern.split("/")[2] for patterns in READERS.values() for pattern in patterns if "/queries/" in pattern}
    assert kinds <= covered


@pytest.mark.parametrize("name", ["run", "comparison", "decomposition", "lag", "index"])
def test_the_description_of_a_report_names_its_command(name: str) -> None:
    described = [exposure["description"] for exposure in exposures().values() if exposure["type"] == "dashboard"]
    assert sum(f"`hhs-hcc report {name}" in text for text in described) == 1
