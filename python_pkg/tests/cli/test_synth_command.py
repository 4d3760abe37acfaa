"""`hhs-hcc synth` says what it wrote: to people with what to do next, to programs as JSON."""

import json
from pathlib import Path

from typer.testing import CliRunner

from hhs_hcc.cli import app

OPTIONS = ("synth", "--members", "20", "--year", "2025", "--out")


def test_programs_get_the_rows_of_each_file_and_nothing_else(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, [*OPTIONS, str(tmp_path), "--json"])
    found = json.loads(said.stdout)
    assert (said.exit_code, said.stderr) == (0, "")
    assert (found["folder"], found["members"]) == (str(tmp_path), 20)
    assert found["change_counts"] == {}
    for name, rows in found["row_counts"].items():
        assert len((tmp_path / f"{name}.csv").read_text().splitlines()) == rows + 1


def test_people_are_told_how_to_go_on_in_a_command_that_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    said = CliRunner().invoke(app, [*OPTIONS, str(folder)])
    assert said.exit_code == 0
    following = said.stdout[said.stdout.index("Next") :]
    assert f"RA_RAW_PATH='{folder}' dbt build --select +tag:scoring" in following
    assert "{diy_model_year: 2025, benefit_year: 2025}" in following
