"""A scenario that cannot be run is refused before anything is scored, and the message names the line."""

from pathlib import Path

import pytest
from fake_project import DEFAULTS

from hhs_hcc.launcher.scenario import Scenario, ScenarioError, read_scenario, scenario_files, scenario_of


def read(folder: Path, text: str, **overrides: object) -> Scenario:
    file = folder / "study.yml"
    file.write_text(text, encoding="utf-8")
    return read_scenario(file, DEFAULTS, overrides)


DECOMPOSITION = """\
decomposition:
  batch_name: study
  scenarios:
    base: 2024 tables
    all: 2025 tables
  analysis:
    method: seqential
    components:
      - {name: Model, scenario: all}
"""


def test_the_vars_of_a_file_say_what_it_is(tmp_path: Path) -> None:
    scoring = read(tmp_path, "diy_model_year: 2024\nrun_description: as of March\n")
    assert (scoring.kind, dict(scoring.runs)) == ("scoring", {"as of March": {"diy_model_year": 2024}})
    comparison = read(tmp_path, "run_id_a: first\nrun_id_b: second\n")
    assert (comparison.kind, dict(comparison.runs)) == ("comparison", {})
    assert comparison.labels() == {"run_id_a": "first", "run_id_b": "second"}
    decomposition = read(tmp_path, DECOMPOSITION)
    assert decomposition.kind == "decomposition"
    assert decomposition.labels() == {
        "decomposition.scenarios.base": "2024 tables",
        "decomposition.scenarios.all": "2025 tables",
    }


def test_a_scoring_file_is_a_run_after_those_that_it_lists(tmp_path: Path) -> None:
    study = read(tmp_path, "edition: cms_software\nscoring_runs:\n  first: {benefit_year: 2024}\n")
    assert dict(study.runs) == {"first": {"benefit_year": 2024}, "study": {"edition": "cms_software"}}


def test_comments_are_of_no_account(tmp_path: Path) -> None:
    bare = read(tmp_path, "run_id_a: first\nrun_id_b: second\n")
    commented = read(tmp_path, "# why\nrun_id_a: first  # the one\n\nrun_id_b: second\n")
    assert commented.analysis == bare.analysis
    assert commented.lines == {("run_id_a",): 2, ("run_id_b",): 4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "benefit_year: 2025\nbenefit_yaer: 2024\n",
            "line 2: there is no var 'benefit_yaer'. Did you mean benefit_year",
        ),
        ("benefit_year: 2025\nbenefit_year: 2024\n", "line 2: benefit_year is given twice, first in line 1"),
        ("benefit_year: 2025\n  edition: x\n", "line 2: this is no YAML"),
        ("- benefit_year\n", "study.yml: a scenario is a mapping of vars"),
        ("", "study.yml: a scenario is a mapping of vars"),
        ("run_id_a: first\n", "line 1: a comparison is of two runs: run_id_a is given, run_id_b is not"),
        ("run_id_a: one\nrun_id_b: one\n", "line 2: run_id_a and run_id_b are both 'one'"),
        ("run_id_a: one\nrun_id_b: two\ndecomposition: {}\n", "line 1: run_id_a asks for a comparison"),
        ("run_id: 5\n", "line 1: run_id cannot be set here: every run gets an id of its own"),
        ("scoring_runs: [a]\n", "line 1: scoring_runs is a mapping of run_description to vars"),
        ("scoring_runs:\n  a: 2024\n", "line 2: 'a' must hold the vars of a scoring run"),
        ("scoring_runs:\n  a:\n    diy_year: 2024\n", "line 3: there is no var 'diy_year'"),
        ("scoring_runs:\n  a:\n    group_id: 4\n", "line 3: group_id cannot be set here: all runs of a file share"),
        ("scoring_runs:\n  a:\n    run_id_a: x\n", "line 3: run_id_a belongs to an analysis, and 'a' is a scoring run"),
        ("run_description: a\nscoring_runs:\n  a: {}\n", "line 3: 'a' is the description of the file's own run"),
    ],
)
def test_a_file_that_cannot_be_run_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read(tmp_path, text)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "study.yml"))


def test_a_name_on_the_command_line_is_checked_like_one_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"--vars: there is no var 'editoin'\. Did you mean edition"):
        read(tmp_path, "edition: diy_tables\n", editoin="cms_software")


def test_vars_of_the_command_line_win_and_reach_each_scoring_run_if_they_decide_scores(tmp_path: Path) -> None:
    study = read(
        tmp_path,
        "run_id_a: a\nrun_id_b: b\nscoring_runs: {a: {edition: diy_tables}, b: {}}\n",
        edition="cms_software",
        comparison_tolerance=0.5,
    )
    assert dict(study.runs) == {"a": {"edition": "cms_software"}, "b": {"edition": "cms_software"}}
    assert study.analysis["comparison_tolerance"] == 0.5


def test_descriptions_of_runs_are_replaced_by_their_ids_and_nothing_else_is(tmp_path: Path) -> None:
    study = read(tmp_path, DECOMPOSITION)
    variables = study.analysis_of({"2024 tables": "id of 2024", "2023 tables": "id of 2023"})
    assert variables["decomposition"]["scenarios"] == {"base": "id of 2024", "all": "2025 tables"}
    assert study.labels()["decomposition.scenarios.base"] == "2024 tables"


def test_a_message_of_dbt_is_placed_at_the_key_that_it_speaks_of(tmp_path: Path) -> None:
    study = read(tmp_path, DECOMPOSITION)
    file = str(tmp_path / "study.yml")
    for message, line in {
        "decomposition.analysis.method: seqential is no method; baseline": 7,
        "decomposition.analysis.components[1].scenario: all": 9,
        "decomposition.analysis.baseline: is not given in decomposition.analysis": 6,
        "decomposition.scenarios.base is '2024 tables'. Those that would fit:\n  first\n  all of March": 4,
    }.items():
        assert str(study.refusal(message)) == f"{file}, line {line}: {message}"
    assert str(study.refusal("the database is locked")) == f"{file}: the database is locked"


def test_several_problems_of_a_specification_have_a_line_each(tmp_path: Path) -> None:
    study = read(tmp_path, DECOMPOSITION)
    message = "decomposition cannot be used:\n  decomposition.analysis.method: x.\n  decomposition.scenarios: y."
    assert str(study.refusal(message)).splitlines() == [
        f"{tmp_path / 'study.yml'}: decomposition cannot be used:",
        "  line 7: decomposition.analysis.method: x.",
        "  line 3: decomposition.scenarios: y.",
    ]


def test_a_message_about_a_scoring_run_is_placed_among_its_vars(tmp_path: Path) -> None:
    study = read(tmp_path, "edition: diy_tables\nscoring_runs:\n  other:\n    edition: nonsense\n")
    refusal = study.refusal("The var edition is 'nonsense'.", study.own_key_of("other"))
    assert str(refusal) == f"{tmp_path / 'study.yml'}, line 4: The var edition is 'nonsense'."
    assert "line 3: nothing is loaded" in str(study.refusal("nothing is loaded", study.own_key_of("other")))


def test_of_a_folder_examples_and_what_is_marked_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yml", "_draft.yml", "an_example.yml", "c_skip.yml", "notes.txt"):
        (tmp_path / name).write_text("benefit_year: 2025\n", encoding="utf-8")
    chosen, skipped = scenario_files(tmp_path)
    assert [file.name for file in chosen] == ["a.yml", "b.yml"]
    assert [file.name for file in skipped] == ["_draft.yml", "an_example.yml", "c_skip.yml"]
    assert scenario_files(tmp_path / "_draft.yml") == ([tmp_path / "_draft.yml"], [])


def test_a_folder_without_scenarios_and_a_path_to_nothing_are_errors(tmp_path: Path) -> None:
    (tmp_path / "_draft.yml").touch()
    with pytest.raises(ScenarioError, match=r"holds no scenario \(\*\.yml\), except _draft\.yml"):
        scenario_files(tmp_path)
    with pytest.raises(ScenarioError, match="There is no file or folder"):
        scenario_files(tmp_path / "nowhere.yml")


def test_a_scenario_can_be_given_as_vars() -> None:
    study = scenario_of({"run_id_a": "latest", "run_id_b": "b", "group_description": "of the API"}, DEFAULTS)
    assert (study.kind, study.group_description) == ("comparison", "of the API")
    with pytest.raises(ScenarioError, match=r"^scenario: there is no var 'x'"):
        scenario_of({"x": 1}, DEFAULTS)
