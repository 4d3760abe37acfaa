"""What holds whatever is fed: the laws that Hypothesis and the coverage-guided fuzzer both try to break.

A law is broken by any error that is not meant for people, by a message that shows a member's value, and by a member who
is neither scored nor rejected.
"""

import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import polars as pl
from invented import rules_of, tables_of

from hhs_hcc import HhsHccError, score_command
from hhs_hcc.launcher.scenario import ScenarioError, read_scenario

CANARY = "Zanzibar-Quux"
"""Stands in values of members, and nowhere else: no message may show it."""
YEAR = 2025
Files = Mapping[str, bytes]
"""File name to content; a name is `members.csv`, `diagnoses.parquet` and so on."""


def score_files(files: Files) -> pl.DataFrame | None:
    """Score files as the command line does: member_id, is_scored of each member; None if they were refused.

    Raises:
        AssertionError: If a message shows a member's value, or a member is in both lists or twice in one.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return _score(folder, {Path(file).stem: folder / file for file in files})


def score_cms_folder(files: Files) -> pl.DataFrame | None:
    """The same with the files of the CMS software: `PERSON.csv` and so on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "input")
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return _score(Path(name), {"cms_input": folder})


def _score(folder: Path, given: Mapping[str, Path]) -> pl.DataFrame | None:
    output, rejected = folder / "scores.parquet", folder / "rejected.parquet"
    options = dict.fromkeys(("members", "diagnoses", "ndc", "hcpcs", "cms_input")) | given
    said = StringIO()
    refusal = ""
    # The tables are read once, and here: they are not what is fuzzed.
    tables, rules = tables_of(YEAR), rules_of(YEAR)
    with (
        redirect_stderr(said),
        patch.object(score_command.ReferenceTables, "from_directory", lambda *_: tables),
        patch.object(score_command, "compile_rules", lambda _: rules),
    ):
        try:
            score_command.score_command(model_year=YEAR, output=output, rejected=rejected, **options)
        except HhsHccError as error:
            refusal = str(error)
    assert CANARY not in refusal + said.getvalue(), "a message shows a member's value"
    if refusal:
        assert not output.exists(), "scores were written although the files were refused"
        return None
    scored, left_out = pl.read_parquet(output), pl.read_parquet(rejected)
    assert scored["risk_score"].null_count() == 0
    assert left_out["reason"].null_count() == 0
    members = pl.concat(
        [
            scored.select("member_id", pl.lit(value=True).alias("is_scored")),
            left_out.select("member_id", pl.lit(value=False).alias("is_scored")),
        ]
    )
    assert members["member_id"].is_unique().all(), "a member is listed twice"
    return members


@cache
def _defaults() -> dict[str, object]:
    import yaml  # noqa: PLC0415 - comes with dbt

    project = Path(__file__).resolve().parents[3] / "dbt_project.yml"
    variables: dict[str, object] = yaml.safe_load(project.read_text(encoding="utf-8"))["vars"]
    return variables


def read_as_scenario(content: bytes) -> bool:
    """Read a scenario and everything that a launch asks of it; whether it was taken."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "study.yml"
        file.write_bytes(content)
        refusal = ""
        try:
            scenario = read_scenario(file, _defaults())
        except ScenarioError as error:
            refusal = str(error)
        if refusal:
            assert refusal.startswith(str(file)), "the message does not say which file"
            return False
    scenario.analysis_of(dict.fromkeys(scenario.labels().values(), "id"))
    scenario.refusal("decomposition.analysis: is not given")
    return True
