"""Our stand-ins for the hub's packages: each test passes on good rows and fails on bad ones, in its own project."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[3]

ROWS = """
select * from (values
    (1, 'A1', 10, 'x'),
    (2, 'B2', 20, 'x'),
    (2, 'C3', null, 'y')
) as rows_of_three (id, code, amount, kind)
"""

# Model test, arguments that hold, arguments that do not.
MODEL_TESTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dbt_utils.unique_combination_of_columns": (
        {"combination_of_columns": ["id", "code"]},
        {"combination_of_columns": ["id"]},
    ),
    "dbt_utils.expression_is_true": ({"expression": "amount >= 10"}, {"expression": "amount > 10"}),
    "dbt_utils.equal_rowcount": ({"compare_model": "ref('same')"}, {"compare_model": "ref('shorter')"}),
    "dbt_expectations.expect_table_row_count_to_be_between": (
        {"min_value": 1, "max_value": 2, "group_by": ["kind"]},
        {"min_value": 3, "strictly": True},
    ),
}
COLUMN_TESTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "dbt_utils.expression_is_true": ("amount", {"expression": "<= 20"}, {"expression": "< 20"}),
    "dbt_utils.accepted_range": (
        "amount",
        {"min_value": 10, "max_value": 20},
        {"min_value": 10, "max_value": 20, "inclusive": False},
    ),
    "dbt_expectations.expect_column_values_to_match_regex": (
        "code",
        {"regex": "^[A-C][0-9]$"},
        {"regex": "^[a-c]", "row_condition": "id = 2"},
    ),
    "dbt_expectations.expect_column_value_lengths_to_equal": ("code", {"value": 2}, {"value": 3}),
}


def generic_test(name: str, arguments: dict[str, Any], label: str) -> dict[str, Any]:
    return {name: {"name": f"{label}__{name.replace('.', '__')}", "arguments": arguments}}


@pytest.fixture(scope="module")
def statuses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name of each generic test, and how it ended."""
    folder = tmp_path_factory.mktemp("offline_packages")
    columns: dict[str, list[Any]] = {}
    for name, (column, good, bad) in COLUMN_TESTS.items():
        tests = columns.setdefault(column, [])
        tests += [generic_test(name, good, "good_column"), generic_test(name, bad, "bad_column")]
    model_tests = [
        test
        for name, (good, bad) in MODEL_TESTS.items()
        for test in (generic_test(name, good, "good_model"), generic_test(name, bad, "bad_model"))
    ]
    target = {"type": "duckdb", "path": str(folder / "test.duckdb")}
    model = {
        "name": "three_rows",
        "data_tests": model_tests,
        "columns": [{"name": name, "data_tests": tests} for name, tests in columns.items()],
    }
    for name, text in {
        "dbt_project.yml": yaml.safe_dump(
            {
                "name": "trial",
                "version": "1.0.0",
                "profile": "trial",
                "flags": {"send_anonymous_usage_stats": False, "require_generic_test_arguments_property": True},
            }
        ),
        "profiles.yml": yaml.safe_dump({"trial": {"target": "dev", "outputs": {"dev": target}}}),
        "packages.yml": (PROJECT / "packages.yml").read_text(),
        "models/three_rows.sql": ROWS,
        "models/same.sql": ROWS,
        "models/shorter.sql": f"{ROWS} limit 2",
        "models/models.yml": yaml.safe_dump({"models": [model]}),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    shutil.copytree(PROJECT / "offline_packages", folder / "dbt_packages", ignore=shutil.ignore_patterns("README.md"))

    arguments = [
        "build",
        "--project-dir",
        str(folder),
        "--profiles-dir",
        str(folder),
        "--log-path",
        str(folder / "logs"),
    ]
    answer = dbtRunner().invoke(arguments)
    return {result.node.name: str(result.status) for result in answer.result}


@pytest.mark.parametrize("name", MODEL_TESTS)
def test_a_model_test_tells_good_from_bad(statuses: dict[str, str], name: str) -> None:
    name = name.replace(".", "__")
    assert (statuses[f"good_model__{name}"], statuses[f"bad_model__{name}"]) == ("pass", "fail")


@pytest.mark.parametrize("name", COLUMN_TESTS)
def test_a_column_test_tells_good_from_bad_and_lets_null_pass(statuses: dict[str, str], name: str) -> None:
    name = name.replace(".", "__")
    assert (statuses[f"good_column__{name}"], statuses[f"bad_column__{name}"]) == ("pass", "fail")


def test_the_packages_bear_the_names_that_packages_yml_asks_for() -> None:
    wanted = {
        entry["package"].split("/")[1] for entry in yaml.safe_load((PROJECT / "packages.yml").read_text())["packages"]
    }
    offered = {
        yaml.safe_load(path.read_text())["name"] for path in (PROJECT / "offline_packages").glob("*/dbt_project.yml")
    }
    assert wanted == offered
