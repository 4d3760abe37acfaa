"""scenario.schema.json is for editors, which do not ask dbt: it must know the same vars, values and defaults."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from decomposition_harness import PROJECT, Refused, specification

SCHEMA = json.loads((PROJECT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8"))
DEFINITIONS = SCHEMA["definitions"]
VARS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
SCENARIOS = sorted((PROJECT / "scenarios").rglob("*.yml"))
DECOMPOSITIONS = [file for file in SCENARIOS if file.parent.name == "decomposition"]
SPEC: dict[str, Any] = {
    "batch_name": "Reconciliation",
    "scenarios": {"base": "run 1", "x": "run 2", "y": "run 3", "last": "latest"},
    "analysis": {
        "baseline": "base",
        "actual": "last",
        "components": [{"name": "X", "scenario": "x"}, {"name": "Y", "scenario": "y"}],
    },
}


class _Loader(yaml.SafeLoader):
    """As editors read YAML: a date is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def accepted_values() -> dict[str, list[Any]]:
    """What run_vars accepts, read off its text."""
    text = (PROJECT / "macros" / "run_registry" / "run_vars.sql").read_text(encoding="utf-8")
    found = re.findall(r'^\s+"(\w+)": (\[.*\]),$', text, flags=re.MULTILINE)
    return {name: yaml.safe_load(values.replace("none", "null")) for name, values in found}


def fits(document: Any) -> bool:
    return bool(jsonschema.Draft7Validator(SCHEMA).is_valid(document))


def with_analysis(**changes: Any) -> dict[str, Any]:
    return {**SPEC, "analysis": {**SPEC["analysis"], **changes}}


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_it_knows_every_var_and_its_default() -> None:
    properties = DEFINITIONS["vars"]["properties"]
    assert {name: described["default"] for name, described in properties.items()} == VARS
    for name, default in VARS.items():
        assert fits({name: default}), name


def test_it_knows_the_values_that_a_var_accepts() -> None:
    properties = DEFINITIONS["vars"]["properties"]
    accepted = accepted_values()
    assert accepted.keys() == VARS.keys()
    for name, values in accepted.items():
        if values:
            shown = [True, False] if properties[name].get("type") == "boolean" else properties[name]["enum"]
            assert shown == values, name


@pytest.mark.parametrize("setting", ["method", "metric", "population_mode"])
def test_it_knows_the_values_that_the_specification_accepts(setting: str) -> None:
    described = DEFINITIONS["analysis"]["properties"][setting]
    with pytest.raises(Refused) as refused:
        specification({"decomposition": with_analysis(**{setting: "?"})})
    assert f"decomposition.analysis.{setting}: ?. Accepted: {', '.join(described['enum'])}." in str(refused.value)
    assert specification({"decomposition": SPEC})["analysis"][setting] == described["default"]
    assert described["enum"] == [
        value for value in described["enum"] if fits({"decomposition": with_analysis(**{setting: value})})
    ]


@pytest.mark.parametrize(
    ("definition", "path", "broken"),
    [
        ("decomposition", "decomposition", {**SPEC, "?": 1}),
        ("analysis", "decomposition.analysis", with_analysis(**{"?": 1})),
        (
            "component",
            "decomposition.analysis.components[1]",
            with_analysis(components=[{"name": "X", "scenario": "x", "?": 1}]),
        ),
    ],
)
def test_it_knows_the_keys_that_the_specification_knows(definition: str, path: str, broken: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        specification({"decomposition": broken})
    known = re.search(rf"{re.escape(path)}\.\?: no such key\. Known: ([\w, ]+)\.", str(refused.value))
    assert known is not None
    assert set(known.group(1).split(", ")) == DEFINITIONS[definition]["properties"].keys()
    assert not fits({"decomposition": broken})


def test_a_specification_that_is_accepted_fits() -> None:
    assert specification({"decomposition": SPEC})
    assert fits({"decomposition": SPEC, "dollars_per_point_pmpm": 412.5})
    assert not fits({"decomposition": {**SPEC, "scenarios": ["base"]}})


def test_runs_to_score_first_are_vars_themselves() -> None:
    assert fits({"scoring_runs": {"2024 tables": {"diy_model_year": 2024, "benefit_year": 2025}}})
    assert not fits({"scoring_runs": {"2024 tables": {"diy_model_yaer": 2024}}})


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_scenario_file_fits_and_says_where_its_schema_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    jsonschema.validate(yaml.load(text, _Loader), SCHEMA)
    assert "# yaml-language-server: $schema=../scenario.schema.json" in text.splitlines()


@pytest.mark.parametrize("file", DECOMPOSITIONS, ids=lambda file: file.stem)
def test_the_specification_of_every_decomposition_is_accepted(file: Path) -> None:
    variables = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert specification(variables)["batch_name"] == variables["decomposition"]["batch_name"]
