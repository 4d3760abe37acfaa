"""The YAML beside the models is the data dictionary: it names every column that exists, and none that does not."""

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from real_project import REPOSITORY, RealProject

ROOMS = {
    "seeds",
    "staging",
    "snapshots",
    "warehouse",
    "marts",
    "what_if",
    "intermediate",
    "scoring",
    "analysis",
    "monitoring",
}

Columns = dict[str, set[str]]


@pytest.fixture(scope="module")
def described(built: RealProject) -> Columns:
    """The columns that YAML names, by relation."""
    columns: Columns = {}
    for node in _nodes(built):
        columns[_relation(node)] = {name.lower() for name in node["columns"]}
    return columns


@pytest.fixture(scope="module")
def existing(built: RealProject) -> Columns:
    """The columns that exist, by relation."""
    built.restore("demo")
    columns: Columns = {}
    for schema, table, column in built.query("select schema_name, table_name, column_name from duckdb_columns()"):
        columns.setdefault(f"{schema}.{table}", set()).add(column.lower())
    return columns


def test_every_column_that_exists_is_described_and_no_other(described: Columns, existing: Columns) -> None:
    findings = [
        f"{relation}: {what} {', '.join(sorted(columns))}"
        for relation in sorted(described.keys() & existing.keys())
        for what, columns in (
            ("not described:", existing[relation] - described[relation]),
            ("described, but not there:", described[relation] - existing[relation]),
        )
        if columns
    ]
    assert findings == []


def test_the_comparison_looked_into_every_room(built: RealProject, existing: Columns) -> None:
    """Of what was not built, nothing could be compared."""
    looked_into = {_room(node) for node in _nodes(built) if _relation(node) in existing}
    assert looked_into >= ROOMS


def test_every_column_of_a_seed_file_is_described_and_no_other(built: RealProject) -> None:
    """The files themselves: a build may leave out seeds that nothing reads yet."""
    for node in _nodes(built):
        if node["resource_type"] == "seed":
            with (REPOSITORY / node["original_file_path"]).open(newline="", encoding="utf-8") as file:
                header = next(csv.reader(file))
            assert sorted(node["columns"]) == sorted(header), node["name"]


def _nodes(project: RealProject) -> Iterator[Mapping[str, Any]]:
    manifest = json.loads((project.target / "manifest.json").read_text())
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        if node["package_name"] == "risk_adjustment" and node["resource_type"] in {
            "model",
            "seed",
            "snapshot",
            "source",
        }:
            yield node


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node['identifier']}"


def _room(node: Mapping[str, Any]) -> str:
    return node["fqn"][1] if node["resource_type"] == "model" else f"{node['resource_type']}s"
